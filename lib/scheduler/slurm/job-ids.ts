// Job ids as Slurm prints them: 58, 77_3, 77_[0,4-8:2%2], 58+1.
import { formatIndices } from "../../record/indices.js";

/**
 * The ids that one printed id stands for: the pending part of an array, `77_[4-5%2]`, is 77_4 and 77_5. An id that is no
 * list stands for itself, so does one that Slurm has cut short (`…` at the end of a list).
 */
export function expandJobId(id: string): string[] {
  const match = /^(\d+)_\[([\d,:-]+)(?:%\d+)?\]$/.exec(id);
  if (!match) return [id];
  return (match[2] ?? "").split(",").flatMap((part) => indices(part).map((index) => `${match[1]}_${index}`));
}

/** The same the other way: elements of one array are one word, `77_[4-5,9]`; other ids stand as they are. */
export function joinJobIds(ids: readonly string[]): string[] {
  const arrays = new Map<string, number[]>();
  const words: string[] = [];
  for (const id of ids) {
    const [, array, index] = /^(\d+)_(\d+)$/.exec(id) ?? [];
    if (array === undefined) words.push(id);
    else {
      const known = arrays.get(array);
      if (known) known.push(Number(index));
      else arrays.set(array, [Number(index)]);
    }
  }
  for (const [array, of] of arrays) words.push(`${array}_[${formatIndices(of)}]`);
  return words;
}

function indices(part: string): number[] {
  const [, from, to, step] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? [];
  if (from === undefined) return [];
  const [first, last, stride] = [Number(from), Number(to ?? from), Math.max(1, Number(step ?? 1))];
  return Array.from({ length: Math.max(0, Math.floor((last - first) / stride) + 1) }, (_, n) => first + n * stride);
}

/** The leader of a heterogeneous job and the component's number of `58+1`; undefined for all other ids. */
export function hetComponent(id: string): { leader: string; component: number } | undefined {
  const match = /^(\d+)\+(\d+)$/.exec(id);
  return match ? { leader: match[1] ?? "", component: Number(match[2]) } : undefined;
}
