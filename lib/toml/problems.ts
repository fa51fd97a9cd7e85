// What is wrong with a TOML file: every breach of a schema, in words, with its line.
import * as v from "valibot";
import { type Fault, type FaultCode, fault } from "../record/fault.js";
import type { Problem } from "../record/records.js";
import { type Breach, breaches } from "./breaches.js";
import type { TomlFile } from "./document.js";
import { positions } from "./positions.js";

/** Every breach of the schema (made of `v.strictObject`), in the order of the file; empty when all is well. */
export async function problems(schema: v.GenericSchema, file: TomlFile): Promise<Problem[]> {
  const found = breaches(schema, file.value);
  return found.length === 0 ? [] : located(found, file);
}

/** The file's value, known to fit. Throws `code` naming the first breach as file:line:column, and how many there are more. */
export async function checkedToml<S extends v.GenericSchema>(
  schema: S,
  file: TomlFile,
  code: "dataerr" | "config",
): Promise<v.InferOutput<S>> {
  const found = await problems(schema, file);
  if (found.length > 0) throw problemFault(found, code);
  return v.parse(schema, file.value);
}

/** Breaches with their places in a file, in its order. */
export async function located(found: readonly Breach[], file: TomlFile): Promise<Problem[]> {
  const places = await positions(file);
  return found
    .map((breach) => problem(breach, file.path, places.of(breach.path, breach.part)))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** A problem record; `where` is absent for what stands in no file. */
export function problem(
  { message, hint, severity }: Pick<Breach, "message" | "hint" | "severity">,
  path?: string,
  where?: { line: number; column: number },
): Problem {
  return {
    type: "problem",
    v: 1,
    ...(path === undefined ? {} : { path }),
    ...(where === undefined ? {} : { line: where.line, column: where.column }),
    message,
    ...(hint === undefined ? {} : { hint }),
    severity: severity ?? "error",
  };
}

/**
 * The fault for problems: one as `file:line:column: message`, and how many there are more. A word that was probably mistyped
 * comes before the first: what else seems to be missing may be just that.
 */
export function problemFault(found: readonly Problem[], code: FaultCode): Fault {
  const first = found.find(({ message }) => message.includes("(did you mean '")) ?? found[0];
  const more = found.length > 1 ? ` (and ${found.length - 1} more: lab validate shows them)` : "";
  const where =
    first?.path === undefined
      ? ""
      : `${[first.path, first.line, first.column].filter((part) => part !== undefined).join(":")}: `;
  return fault(code, `${where}${first?.message ?? "is wrong"}${more}`, {
    hint: first?.hint,
  });
}

/** The problem that a fault tells of; one that says `file:line:column: message` has its place. */
export function faultProblem(error: Fault): Problem {
  const match = /^(.+?):(\d+):(\d+): (.*)$/s.exec(error.message);
  if (!match) return problem({ message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  const [, path, line, column, message = ""] = match;
  return problem({ message, ...(error.hint === undefined ? {} : { hint: error.hint }) }, path, {
    line: Number(line),
    column: Number(column),
  });
}
