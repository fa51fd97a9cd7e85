// Sets of array indices in Slurm's short form: `0-299,305`.
import { fault } from "./fault.js";

/** No array of Slurm's can have an index as high as this. */
const beyond = 4_000_001;

/** The indices in words, each once, lowest first: `[0, 1, 2, 5]` → `0-2,5`. */
export function formatIndices(indices: Iterable<number>): string {
  const sorted = [...new Set(indices)].sort((a, b) => a - b);
  const runs: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    const first = sorted[i] as number;
    let last = first;
    while (sorted[++i] === last + 1) last += 1;
    runs.push(first === last ? `${first}` : `${first}-${last}`);
  }
  return runs.join(",");
}

/** The indices that the words mean, lowest first. Throws dataerr for anything that formatIndices does not write. */
export function parseIndices(text: string): number[] {
  const indices: number[] = [];
  for (const word of text === "" ? [] : text.split(",")) {
    const [, first = "", last = first] = /^(0|[1-9]\d{0,6})(?:-([1-9]\d{0,6}))?$/.exec(word) ?? [];
    const [from, to] = [Number(first), Number(last)];
    const isNext = first !== "" && from <= to && to < beyond && from > (indices.at(-1) ?? -1);
    if (!isNext) throw fault("dataerr", `cannot read the indices '${text}'`, { hint: "as in 0-299,305" });
    for (let index = from; index <= to; index += 1) indices.push(index);
  }
  return indices;
}
