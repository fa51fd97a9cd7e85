// An argument: its name, and what it may be.
import * as v from "valibot";
import { isTable } from "../toml/path.js";

export const argumentName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][^\s=\p{Cc}]*$/u, "cannot be an argument: it begins with a letter and has no spaces and no ="),
);

export const argument = v.pipe(
  v.unknown(),
  v.check(isArgument, ({ input }) =>
    isTable(input)
      ? 'is a table: an argument is a string, a number, true, false or a list; write "a.b" = … for an option with a dot'
      : "holds a list or a table: the elements of an argument are strings and numbers",
  ),
);

function isArgument(value: unknown): boolean {
  return (
    isScalar(value) || (Array.isArray(value) && value.every((item) => isScalar(item) && typeof item !== "boolean"))
  );
}

function isScalar(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value) || value instanceof Date;
}
