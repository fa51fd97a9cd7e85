// The agent as a line of one's crontab, where there is no user manager of systemd.
import fs from "node:fs";
import type { Context } from "../../command/context.js";
import { errnoOf, fault, systemFault } from "../../record/fault.js";
import { ask, type Manager, mustAsk, type UnitState } from "./manager.js";
import { cronBlock, type UnitOf, withoutBlock } from "./texts.js";

/** Whether there is a crontab(1) that one may use. */
export async function hasCron(context: Context): Promise<boolean> {
  const { code, err } = await ask(["crontab", "-l"], context);
  return code === 0 || (code === 1 && /no crontab/i.test(err));
}

/** The block of a cluster in one's crontab; what the passes say goes to the file `log`. */
export function cron(unit: UnitOf, log: string, context: Context): Manager {
  const block = cronBlock(unit, log);
  const name = `crontab: lab agent for ${unit.name}`;

  async function crontab(): Promise<string> {
    const { code, out, err } = await ask(["crontab", "-l"], context);
    if (code === 0) return out;
    if (code === 1 && /no crontab/i.test(err)) return "";
    throw fault("unavailable", `cannot read your crontab: ${err || "there is no crontab here"}`, {
      hint: "lab agent --loop does the same in a terminal that stays open",
    });
  }

  async function put(text: string): Promise<void> {
    await mustAsk(["crontab", "-"], context, text);
  }

  async function install(): Promise<UnitState[]> {
    const rest = withoutBlock(await crontab(), unit.name);
    await put(`${rest}${rest === "" || rest.endsWith("\n") ? "" : "\n"}${block}`);
    return [{ name, ok: true, message: "a pass a minute, on this host; what it says goes to the file", path: log }];
  }

  async function remove(): Promise<UnitState[]> {
    const before = await crontab();
    const rest = withoutBlock(before, unit.name);
    if (rest === before) return [{ name, ok: true, message: "is not installed" }];
    await put(rest);
    return [{ name, ok: true, message: "removed" }];
  }

  async function status(): Promise<UnitState[]> {
    const text = await crontab();
    if (text.includes(block)) return [{ name, ok: true, message: "installed", path: log }];
    const isOther = withoutBlock(text, unit.name) !== text;
    const message = isOther ? "is of another version, or was changed" : "is not installed";
    return [{ name, ok: false, message, hint: "lab units install" }];
  }

  async function restart(): Promise<UnitState[]> {
    const [state] = await status();
    return [
      state?.ok
        ? { name, ok: true, message: "there is nothing to restart: each pass begins anew" }
        : (state as UnitState),
    ];
  }

  return {
    texts: async () => [{ path: "crontab", text: block }],
    install,
    remove,
    status,
    restart,
    logs: async (lines) => tail(log, lines),
  };
}

function tail(file: string, lines: number): string[] {
  try {
    return fs.readFileSync(file, "utf8").split("\n").filter(Boolean).slice(-lines);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw systemFault(error, `read '${file}'`);
  }
}
