// What is at a path on another machine, before anything is copied: names, sizes and times, and whether any of it may not come.
import { type Fault, fault } from "../../record/fault.js";
import { type Fingerprint, type Found, statFingerprintOf } from "../../record/fingerprint.js";
import type { StopSignal } from "../../record/stop-signal.js";
import type { Connection } from "./connection.js";
import { farSh } from "./far-sh.js";
import { farWord } from "./far-word.js";

const limit = 512 * 2 ** 20;

/**
 * The fingerprint of a path there, by names, sizes and times. Throws noinput where there is nothing, dataerr where a name
 * or a link in it would lead out of it.
 */
export async function surveyThere(connection: Connection, place: string, signal: StopSignal): Promise<Fingerprint> {
  const told = (code: number, said: string) =>
    fault(code === 66 ? "noinput" : "dataerr", `cannot read '${place}' there: ${said || "there is nothing"}`);
  const out = await farSh(connection, script(farWord(place)), { limit, signal, told });
  return surveyed(out, place);
}

/** One look; a link at the path itself is followed, others are not. */
function script(word: string): string {
  return `[ -r ${word} ] || { ls -d ${word} >/dev/null || exit 66; echo 'permission denied' >&2; exit 77; }
find -H ${word} -printf '%y\\0%s\\0%Ts\\0%P\\0%l\\0'`;
}

/** What such a list says. Pure. Throws dataerr. */
export function surveyed(list: Buffer, place: string): Fingerprint {
  const fields = list.toString("latin1").split("\0");
  const found: Omit<Found, "executable">[] = [];
  const kind = fields[0] === "d" ? "directory" : "file";
  for (let i = 0; i + 5 < fields.length; i += 5) {
    const [type = "", bytes = "", mtime = "", name = "", target = ""] = fields.slice(i, i + 5);
    if (i === 0 && type !== "d" && type !== "f") throw fault("dataerr", `'${place}' is no file there and no directory`);
    if (i > 0) checkName(name, place);
    if (type === "l") checkLink(name, target, place);
    if (type !== "f" && type !== "l") continue;
    found.push({
      name: Buffer.from(name, "latin1"),
      bytes: type === "l" ? 0 : Number(bytes),
      mtime_s: Number.parseInt(mtime, 10),
      ...(type === "l" ? { target: Buffer.from(target, "latin1") } : {}),
    });
  }
  if (fields.length < 6 || fields.length % 5 !== 1) throw fault("dataerr", `cannot read what is at '${place}' there`);
  return statFingerprintOf(kind, found);
}

function checkName(name: string, place: string): void {
  if (hasControl(name)) throw refused(place, `the name ${JSON.stringify(name)} has a control character in it`);
  const parts = name.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    throw refused(place, `the name '${readable(name)}' leads out of it`);
}

/**
 * Whether a link, followed from where it is, stays in the tree. It may go up at its beginning, where it is in directories;
 * later it may be in a link to somewhere else, and lead anywhere.
 */
function checkLink(name: string, target: string, place: string): void {
  const [, up = "", rest = ""] = /^((?:\.\.(?:\/+|$)|\.\/+)*)(.*)$/s.exec(target) ?? [];
  const ups = up.split("/").filter((part) => part === "..").length;
  const tooHigh = ups > name.split("/").length - 1;
  if (hasControl(target) || target === "" || rest.startsWith("/") || tooHigh || rest.split("/").includes(".."))
    throw refused(place, `the link '${readable(name)}' leads out of it, to '${readable(target)}'`);
}

function refused(place: string, why: string): Fault {
  return fault("dataerr", `cannot fetch '${place}': ${why}`, { hint: "copy what you need there, and register that" });
}

/** Of bytes: above 0x7f they are parts of letters. */
function hasControl(bytes: string): boolean {
  return /[^\P{Cc}\u0080-\u009f]/u.test(bytes);
}

/** The text of bytes, for a message. */
function readable(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
