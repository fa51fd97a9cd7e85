// How many runs have each value of a field, for the list of what may come next.
import { useMemo } from "preact/hooks";
import type { groupsApi } from "../../../serve/api/runs.js";
import { counted } from "../../parts/format.js";
import { useAsk } from "../../shell/use-ask.js";
import { type Field, literal, type Option } from "./completing.js";

const mostDistinct = 100;

/** The options, each with how many runs have it, as soon as that is known. */
export function useCounts(field: Field | undefined, options: Option[]): Option[] {
  const isListed = field !== undefined && (field.distinct ?? mostDistinct + 1) <= mostDistinct;
  const path = isListed ? "/api/v1/runs/groups" : undefined;
  const { answer, stale } = useAsk<typeof groupsApi>(path, { query: { by: field?.path } }, { live: false });
  return useMemo(() => {
    if (!isListed || !answer || stale) return options;
    const counts = new Map(answer.groups.map(({ key, count }) => [literal(key[field.path]), count]));
    return options.map((option) => {
      const count = counts.get(option.shown);
      return count === undefined ? option : { ...option, detail: counted(count, "run") };
    });
  }, [isListed, answer, stale, options, field]);
}
