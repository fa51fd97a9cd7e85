// The agent as a unit of systemd's user manager.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { fault, systemFault } from "../../record/fault.js";
import { replace } from "../../registry/write.js";
import { ask, type Manager, mustAsk, type UnitState } from "./manager.js";
import { mark, passText, serviceText, timerText, type UnitOf } from "./texts.js";

/** Whether a user manager runs here. */
export async function hasUserManager(context: Context): Promise<boolean> {
  const { code, out } = await ask(["systemctl", "--user", "is-system-running"], context);
  return code !== undefined && /^(running|degraded|starting|initializing|maintenance|stopping)$/.test(out.trim());
}

/** The units of a cluster in `directory`: a service that goes on, or, with `timer`, a service and its timer. */
export function systemd(unit: UnitOf, timer: boolean, directory: string, user: string, context: Context): Manager {
  const stem = `lab-agent-${unit.name.replaceAll(/[^\w.-]/g, "-")}`;
  const file = (kind: string) => path.join(directory, `${stem}.${kind}`);
  const wanted = timer
    ? [
        { path: file("service"), text: passText(unit) },
        { path: file("timer"), text: timerText(unit) },
      ]
    : [{ path: file("service"), text: serviceText(unit) }];
  const there = () => ["service", "timer"].map(file).filter((name) => fs.existsSync(name));
  const control = (...words: string[]) => mustAsk(["systemctl", "--user", ...words], context);

  async function install(): Promise<UnitState[]> {
    for (const name of there()) checkOurs(name);
    // What was installed in the other form must not go on beside this one.
    if (timer !== fs.existsSync(file("timer"))) await remove();
    for (const { path: name, text } of wanted) write(name, text);
    await control("daemon-reload");
    await control("enable", `${stem}.${timer ? "timer" : "service"}`);
    await control("restart", `${stem}.${timer ? "timer" : "service"}`);
    return [
      ...wanted.map(({ path: at }) => ({ name: path.basename(at), ok: true, path: at, message: "installed" })),
      await linger(),
    ];
  }

  async function remove(): Promise<UnitState[]> {
    const names = there();
    for (const name of names) checkOurs(name);
    for (const name of names.toReversed())
      await ask(["systemctl", "--user", "disable", "--now", path.basename(name)], context);
    for (const name of names) unlink(name);
    if (names.length > 0) await control("daemon-reload");
    if (names.length === 0) return [{ name: `${stem}.service`, ok: true, message: "is not installed" }];
    return names.map((at) => ({ name: path.basename(at), ok: true, path: at, message: "removed" }));
  }

  async function status(): Promise<UnitState[]> {
    const states: UnitState[] = [];
    for (const at of there()) states.push(await stateOf(path.basename(at), at));
    if (states.length === 0) return [absent()];
    return [...states, await linger()];
  }

  async function stateOf(name: string, at: string): Promise<UnitState> {
    const out = await control("show", name, "--property=ActiveState,SubState,UnitFileState,Result,LoadError");
    const said = new Map(out.split("\n").map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]));
    const [active = "unknown", sub = ""] = [said.get("ActiveState"), said.get("SubState")];
    // The service of a timer is at rest between two passes.
    const rests = name.endsWith(".service") && fs.existsSync(file("timer"));
    const ok = active === "active" || active === "activating" || (rests && active === "inactive");
    const why = said.get("Result");
    const message = `${active} (${sub})${why && why !== "success" ? `: ${why}` : ""}`;
    return { name, ok, path: at, message, ...(ok ? {} : { hint: "lab units logs, then lab units restart" }) };
  }

  async function restart(): Promise<UnitState[]> {
    const names = there().map((name) => path.basename(name));
    if (names.length === 0) return [absent()];
    const name = names.find((one) => one.endsWith(".timer")) ?? `${stem}.service`;
    await control("daemon-reload");
    await ask(["systemctl", "--user", "reset-failed", name], context);
    await control("restart", name);
    return [{ name, ok: true, message: "restarted" }];
  }

  function absent(): UnitState {
    return { name: `${stem}.service`, ok: false, message: "is not installed", hint: "lab units install" };
  }

  /** Without it a user's units end with the last of her sessions. */
  async function linger(): Promise<UnitState> {
    const { out } = await ask(["loginctl", "show-user", user, "--property=Linger", "--value"], context);
    if (out.trim() === "yes") return { name: "linger", ok: true, message: "it goes on when you are logged out" };
    const message = "it ends when you log out, and begins when you log in";
    return { name: "linger", ok: false, message, hint: "loginctl enable-linger; or an administrator does it for you" };
  }

  const unitName = `${stem}.service`;
  return {
    texts: async () => wanted,
    install,
    remove,
    status,
    restart,
    logs: async (lines) =>
      (
        await mustAsk(
          ["journalctl", "--user", `--unit=${unitName}`, `--lines=${lines}`, "--no-pager", "--quiet"],
          context,
        )
      )
        .split("\n")
        .filter(Boolean),
  };
}

function checkOurs(file: string): void {
  if (readText(file).startsWith(mark)) return;
  throw fault("cantcreat", `cannot replace '${file}': lab units has not made it`, { hint: "move it away first" });
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw systemFault(error, `read '${file}'`);
  }
}

function write(file: string, text: string): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw systemFault(error, `make the directory '${path.dirname(file)}'`);
  }
  replace(file, text, 0o644);
}

function unlink(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    throw systemFault(error, `remove '${file}'`);
  }
}
