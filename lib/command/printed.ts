// Text that was asked for in the place of records.
import { textWriter } from "./stream.js";

/** Writes a text to standard output, whole; what ends so has done all it was asked for. */
export async function printed(text: string): Promise<number> {
  const out = textWriter(1);
  out.write(text);
  await out.end();
  return 0;
}
