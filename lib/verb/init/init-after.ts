// What lab-init does when the place is made, for a person at the terminal: it looks whether all is well, and offers the agent.
import type { Context } from "../../command/context.js";
import { installed } from "../../command/installed.js";

/** Yields what lab-doctor finds wrong, and where the person says yes what lab-units does. */
export async function* afterwards(
  cluster: string,
  { doctor, agent }: { doctor: boolean; agent: boolean },
  context: Context,
): AsyncGenerator<object> {
  if (doctor) yield* said(["lab-doctor", "--failing"], cluster, context);
  if (!agent) return;
  const { agrees } = await import("../../command/ask.js");
  const question = "Shall systemd or cron start the agent, so that runs go on while nobody looks (man lab-agent)?";
  if (await agrees(question)) yield* said(["lab-units", "install"], cluster, context);
}

/** The checks of another command; what is not well does not undo what was made. */
async function* said([program = "", ...words]: string[], cluster: string, context: Context): AsyncGenerator<object> {
  const { execa } = await import("execa");
  const { stdout = "" } = await execa(installed("bin", program), ["--cluster", cluster, "--json", ...words], {
    reject: false,
    stdin: "ignore",
    stderr: "inherit",
    env: context.env as Record<string, string>,
  });
  for (const line of stdout.split("\n").filter(Boolean)) {
    const record = JSON.parse(line) as { type: string; message: string; hint?: string };
    if (record.type !== "check") continue;
    yield record.hint === undefined ? record : { ...record, message: `${record.message} (${record.hint})` };
  }
}
