// The processes of the guest's clients, and how they are asked: one question at a time each, or all at the same instant.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import readline from "node:readline";
import type { Answer, Person, Question } from "./agent.js";

export const clients = ["h1", "h2"] as const;
export type Client = (typeof clients)[number];
export const people: Person[] = ["ann", "ben", "cat", "dan"].map((name, i) => ({ name, uid: 3001 + i, gid: 3000 }));

export interface Agent {
  client: Client;
  person: Person;
  ask(act: Question["act"], args?: unknown[], more?: Pick<Question, "at" | "dies">): Promise<Answer>;
  /** The value of the answer; throws where there is none. */
  get<T>(act: Question["act"], args?: unknown[]): Promise<T>;
  end(): void;
}

/** Words that run a program on a client, in its namespaces. */
export function on(client: Client, argv: string[]): string[] {
  const spaces = ["net", "uts", "mount", "pid"].map((kind) => `--${kind}=/run/clients/${client}.${kind}`);
  return ["nsenter", ...spaces, "--", ...argv];
}

export function startAgent(client: Client, person: Person): Agent {
  const [program = "", ...words] = on(client, [process.execPath, "/mnt/work/agent.cjs", JSON.stringify(person)]);
  const child: ChildProcess = spawn(program, words, { stdio: ["pipe", "pipe", "inherit"], cwd: "/" });
  const waiting: ((answer: Answer) => void)[] = [];
  let dead = false;
  if (child.stdout)
    readline
      .createInterface({ input: child.stdout })
      .on("line", (line) => waiting.shift()?.(JSON.parse(line) as Answer));
  child.stdin?.on("error", () => {});
  child.on("close", () => {
    dead = true;
    for (const answered of waiting.splice(0)) answered({ died: true });
  });
  const ask: Agent["ask"] = (act, args = [], more = {}) =>
    new Promise((resolve) => {
      if (dead) return resolve({ died: true });
      waiting.push(resolve);
      child.stdin?.write(`${JSON.stringify({ act, args, ...more })}\n`);
    });
  async function get<T>(act: Question["act"], args: unknown[] = []): Promise<T> {
    const answer = await ask(act, args);
    if (!("value" in answer)) throw new Error(`${act} of ${person.name} on ${client}: ${JSON.stringify(answer)}`);
    return answer.value as T;
  }
  return { client, person, ask, get, end: () => child.stdin?.end() };
}

/** Asks all of them for the same instant, so many milliseconds from now. */
export function race(
  agents: Agent[],
  question: (agent: Agent, i: number) => Pick<Question, "act" | "args" | "dies">,
  lead_ms = 10 * agents.length,
): Promise<Answer[]> {
  const at = Date.now() + lead_ms;
  return Promise.all(
    agents.map((agent, i) => {
      const { act, args, dies } = question(agent, i);
      return agent.ask(act, args, { at, ...(dies ? { dies } : {}) });
    }),
  );
}

/** How many requests of each kind a client has sent to the server (see mountstats(8)). */
export function requestsOf(client: Client): Record<string, number> {
  const [program = "", ...words] = on(client, ["cat", "/proc/self/mountstats"]);
  const text = execFileSync(program, words, { encoding: "utf8" });
  const mount = text.split(/^device /m).find((one) => one.includes(" mounted on /mnt/shared ")) ?? "";
  const lines = mount.slice(mount.indexOf("per-op statistics")).matchAll(/^\s*([A-Z_]+): (\d+) /gm);
  return Object.fromEntries(Array.from(lines, ([, name, count]) => [name, Number(count)]));
}
