// The resolver of a [sweep]: a command that reads the points as NDJSON, and writes those that are to be run.
import { spawn } from "node:child_process";
import { type Assignment, mostPoints, type SweepPoint } from "../../recipe/sweep-points.js";
import { fault } from "../../record/fault.js";
import { isTable, parseDotted } from "../../toml/path.js";

interface Asked {
  command: readonly string[];
  /** The directory of the recipe. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The points that the command makes of these (`lines`, one record each): changed, fewer or more, in its order. Throws dataerr
 * where it fails or writes what is no point.
 */
export async function resolvedPoints(lines: readonly object[], asked: Asked): Promise<SweepPoint[]> {
  const text = await answer(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), asked);
  return text.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : [pointOf(line, i + 1)]));
}

function answer(input: string, { command: [program = "", ...args], cwd, env }: Asked): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (how: string) => reject(fault("dataerr", `the sweep's resolver '${program}' ${how}`));
    const child = spawn(program, args, { cwd, env: env as NodeJS.ProcessEnv, stdio: ["pipe", "pipe", "inherit"] });
    const parts: Buffer[] = [];
    let bytes = 0;
    let lines = 0;
    child.on("error", ({ message }) => failed(`cannot be run: ${message}`));
    child.stdout.on("data", (part: Buffer) => {
      bytes += part.length;
      lines += newlines(part);
      if (bytes <= mostBytes && lines <= mostPoints) return void parts.push(part);
      // One that never stops would fill the memory, and outlive whoever asked it.
      failed(bytes > mostBytes ? "wrote more than 256 MiB" : `wrote more than the ${mostPoints} points of one sweep`);
      child.kill("SIGKILL");
      child.stdout.destroy();
    });
    child.on("close", (code, signal) =>
      code === 0 ? resolve(Buffer.concat(parts).toString()) : failed(`ended with ${signal ?? `status ${code}`}`),
    );
    // It may take no notice of its input, and end before all is written.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

const mostBytes = 256 * 2 ** 20;

function newlines(part: Buffer): number {
  let count = 0;
  for (let at = part.indexOf(10); at !== -1; at = part.indexOf(10, at + 1)) count += 1;
  return count;
}

function pointOf(line: string, number: number): SweepPoint {
  const record = parsed(line);
  if (!isTable(record) || !isTable(record["point"]))
    throw fault("dataerr", `line ${number} of what the sweep's resolver wrote is no point`, {
      hint: 'one JSON object a line: {"point": {"params.lr": 0.001}}',
    });
  const { point, name, replicate } = record;
  if (typeof name === "string" && /^$|\p{Cc}/u.test(name))
    throw fault(
      "dataerr",
      `line ${number} of what the sweep's resolver wrote has a name that is none: ${JSON.stringify(name)}`,
      {
        hint: "a name is one line of text, without control characters",
      },
    );
  const key = ["sweep", "resolver"];
  const assignments = Object.entries(point).map(([path, value]): Assignment => {
    const [plain, spelled] = unmarked(value);
    const written = spelled === undefined ? {} : { spelled };
    return { path: parseDotted(path), value: plain, ...written, from: key, key, verbatim: false };
  });
  return {
    assignments,
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof replicate === "string" ? { replicate: Number(replicate.slice(1)) } : {}),
  };
}

/** JSON whose numbers are texts after a NUL, so that it is known how they are written. */
function parsed(line: string): unknown {
  const marked = line.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (word) =>
    word.startsWith('"') ? word : JSON.stringify(`\0${word}`),
  );
  try {
    return JSON.parse(marked);
  } catch {
    return undefined;
  }
}

/** A value with its numbers, and how the value is written where it is one. */
function unmarked(value: unknown): [unknown, string?] {
  if (typeof value === "string" && value.startsWith("\0")) return [Number(value.slice(1)), value.slice(1)];
  if (Array.isArray(value)) return [value.map((item) => unmarked(item)[0])];
  if (!isTable(value)) return [value];
  return [Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unmarked(item)[0]]))];
}
