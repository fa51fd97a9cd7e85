// A word for a shell on another machine, which may be any: single quotes mean the same in all of them.
import { fault } from "../../record/fault.js";

/** The text as one word. Throws dataerr for what no shell need hold: NUL, line breaks and other control characters. */
export function farWord(text: string): string {
  if (/\p{Cc}/u.test(text)) throw fault("dataerr", `cannot name '${JSON.stringify(text)}' to another machine`);
  return `'${text.replaceAll("'", "'\\''")}'`;
}
