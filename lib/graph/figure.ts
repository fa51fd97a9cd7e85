// Values as a person reads them in tables and beside drawings.

/** A number as short as it stays telling: whole ones whole, others with four digits that count. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return value.toLocaleString("en-US").replaceAll(",", "\u2009");
  const size = Math.abs(value);
  if (size >= 1000 && size < 1e7) return figure(Math.round(value));
  if (size >= 1e7 || size < 1e-4)
    return value
      .toExponential(3)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  return String(Number(value.toPrecision(4)));
}

/** Anything of a record, on one line; lists of plain values without brackets. */
export function said(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return figure(value);
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.map(said).join(", ");
  return typeof value === "boolean" ? String(value) : JSON.stringify(value);
}
