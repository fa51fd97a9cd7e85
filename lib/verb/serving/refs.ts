// References in paths of the API: an id, its last six characters, @last; never a path of the server's machine.
import { fault } from "../../record/fault.js";

const word = "[@\\w][@\\w.:+-]{0,127}";

/** A reference to a run. Throws usage. */
export function runRef(ref: string): string {
  if (new RegExp(`^${word}$`).test(ref)) return ref;
  throw fault("usage", "an id, its last six characters, or @last");
}

/** A reference to a run, an artifact or an alias. Throws usage. */
export function anyRef(ref: string): string {
  if (new RegExp(`^${word}(/${word})?$`).test(ref)) return ref;
  throw fault("usage", "a run, an artifact, or an alias");
}
