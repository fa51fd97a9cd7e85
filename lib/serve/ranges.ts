// Which bytes of a file a request wants: RFC 9110, section 14, for one range.

/** From `from` to before `to`; `whole` where none is asked for or none is understood, `none` where the file has no such bytes. */
export type Range = { from: number; to: number } | "whole" | "none";

/** A list of ranges counts as none asked for, which a server may do. `tag` is the file's, against which If-Range is held. */
export function rangeOf(range: string | undefined, ifRange: string | undefined, tag: string, size: number): Range {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range?.trim() ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  if (ifRange !== undefined && ifRange.trim() !== tag) return "whole";
  if (first === "") {
    const count = Number(last);
    return count === 0 || size === 0 ? "none" : { from: Math.max(0, size - count), to: size };
  }
  const from = Number(first);
  if (last !== "" && Number(last) < from) return "whole";
  if (from >= size) return "none";
  return { from, to: last === "" ? size : Math.min(size, Number(last) + 1) };
}
