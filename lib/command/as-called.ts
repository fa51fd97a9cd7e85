// The name that a person typed, where a wrapper of another name is nothing but this command.
import type { Spec } from "./spec.js";

/** The declaration by the name that was typed: a wrapper that is nothing but a command with something given says so. */
export function asCalled(spec: Spec): Spec {
  const called = process.env["LAB_CALLED"];
  // What it starts has names of its own.
  delete process.env["LAB_CALLED"];
  return called === undefined ? spec : { ...spec, name: called };
}
