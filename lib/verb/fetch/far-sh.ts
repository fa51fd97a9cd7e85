// A script of plain sh on another machine: given on its standard input, what it prints framed, whatever a shell adds.
import { fault } from "../../record/fault.js";
import { randomWord } from "../../record/random.js";
import type { StopSignal } from "../../record/stop-signal.js";
import { lastLine, runChild } from "./child.js";
import type { Connection } from "./connection.js";

/**
 * What a script prints. Half a script does nothing, and half an answer is none. Throws unavailable where the connection
 * breaks, and what `told` makes of the status and the last words of a script that ends with something else than 0.
 */
export async function farSh(
  { ssh, host }: Connection,
  script: string,
  { limit, signal, told }: { limit: number; signal: StopSignal; told: (code: number, said: string) => Error },
): Promise<Buffer> {
  const mark = `lab-${randomWord(8)}`;
  const input = `{ LC_ALL=C; export LC_ALL; printf '\\n${mark}\\n'\n( ${script}\n) || exit\nprintf '${mark}'; } </dev/null\n`;
  const { code, out, err } = await runChild([...ssh, "exec sh -s"], { input, limit, signal });
  if (code === 255) throw unreachable(host, err);
  if (code !== 0) throw told(code, lastLine(err));
  const begin = out.indexOf(`\n${mark}\n`);
  const end = out.length - mark.length;
  if (begin < 0 || out.toString("latin1", end) !== mark) throw unreachable(host, "its answer was cut short");
  return out.subarray(begin + mark.length + 2, end);
}

function unreachable(host: string, err: string) {
  const why = lastLine(err);
  return fault("unavailable", `lost the connection to '${host}'${why === "" ? "" : `: ${why}`}`);
}
