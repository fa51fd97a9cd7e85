// Files of another registry, brought in one go.
import { fault } from "../../record/fault.js";
import type { StopSignal } from "../../record/stop-signal.js";
import type { FarFile, FarLook } from "../../registry/foreign.js";
import type { Connection } from "./connection.js";
import { farSh } from "./far-sh.js";
import { farWord } from "./far-word.js";
import type { Foreign } from "./foreign-cluster.js";

const limit = 32 * 2 ** 20;

/** Who we are over there, REGISTRY.json, the users' directories, and the files that are looked for. */
export async function farFiles(
  connection: Connection,
  foreign: Foreign,
  looks: readonly FarLook[],
  signal: StopSignal,
): Promise<{ me: string; files: FarFile[] }> {
  const told = (code: number, said: string) =>
    fault(
      code === 66 ? "noinput" : "dataerr",
      `cannot read the registry of ${foreign.name}: ${said || `exit ${code}`}`,
      {
        hint: "it is read with sh, cat, id and GNU find",
      },
    );
  const out = await farSh(connection, script(foreign.base, looks), { limit, signal, told });
  const end = out.indexOf("\n");
  return { me: out.toString("utf8", 0, end), files: unpacked(out.subarray(end + 1)) };
}

/** Each file as `<kind> <uid> <bytes> <path>`, NUL, and its bytes; a directory has none. Files are small, or none of ours. */
function script(base: string, looks: readonly FarLook[]): string {
  const each = looks.map(
    ({ dir, name }) => `for d in ${dir}; do
  [ ! -d "$d" ] || find "$d" -maxdepth 1 -type f -name ${farWord(name)} -size -256 -printf 'f %U %s %p\\0' -exec cat {} \\; 2>/dev/null
done`,
  );
  return `cd ${base} || exit 66
id -un || exit
find REGISTRY.json -type f -size -256 -printf 'f %U %s %p\\0' -exec cat {} \\; 2>/dev/null
for d in aliases/by-user artifacts index runs; do
  [ ! -d "$d" ] || find "$d" -mindepth 1 -maxdepth 1 -type d -printf 'd %U 0 %p\\0' || exit
done
${each.join("\n")}
true`;
}

/** Throws dataerr where a file is not as long as was said. */
function unpacked(bytes: Buffer): FarFile[] {
  const files: FarFile[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    const [, kind, uid, size, path = ""] =
      /^([df]) (\d{1,10}) (\d{1,9}) ([^\0]+)$/s.exec(end < 0 ? "" : bytes.toString("utf8", at, end)) ?? [];
    if (kind === undefined || end + 1 + Number(size) > bytes.length)
      throw fault("dataerr", "cannot read the files of the other registry: they are not as long as was said");
    at = end + 1 + Number(size);
    files.push({ path, uid: Number(uid), ...(kind === "d" ? {} : { text: bytes.toString("utf8", end + 1, at) }) });
  }
  return files;
}
