// The bytes come in beside the place that they are for, are looked at, and only then are there.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import type { Config } from "../../config/config.js";
import { outputRoot } from "../../config/output-root.js";
import type { Artifact } from "../../record/artifact.js";
import { shortHash } from "../../record/artifact-id.js";
import { errnoOf, fault, systemFault } from "../../record/fault.js";
import { contentFingerprint, type Fingerprint, statFingerprint } from "../../record/fingerprint.js";
import { ownOutputDirectory } from "../../registry/artifact-roots.js";
import type { Looked } from "../../registry/artifacts.js";
import type { Registry } from "../../registry/open.js";
import type { Connection } from "./connection.js";
import { openIncoming } from "./incoming.js";
import { transfer } from "./transfer.js";

export interface Copying {
  connection: Connection;
  from: NonNullable<Artifact["imported_from"]>;
  /** What is there. */
  seen: Fingerprint;
  config: Config;
  registry: Registry;
  context: Context;
}

/** Where the copy is to be: the same for the same bytes of the same artifact, so that whoever comes again finds it. */
export function placeHere({ from, seen, config, registry }: Copying): { root: string; name: string; place: string } {
  const root = outputRoot(config, from.kind);
  const name = `imported-${shortHash(from.registry, from.id, from.digest ?? "", seen.digest)}`;
  const directory = path.join(root, registry.user, name);
  return { root, name, place: seen.kind === "directory" ? directory : path.join(directory, path.basename(from.path)) };
}

/** Copies what is not here yet, verifies it, gives it its place, and has it registered. */
export async function bringHere(
  copying: Copying,
  register: (place: string, looked: Looked) => Artifact,
): Promise<Artifact> {
  const { connection, from, seen, registry, context } = copying;
  const { root, name, place } = placeHere(copying);
  const own = ownOutputDirectory(root, registry.user, registry.uid, registry.modes.directory);
  const [directory, mode] = [path.join(own, name), registry.modes.directory];
  const incoming = openIncoming(registry, own, name);
  let keep = true;
  try {
    if (!fs.existsSync(directory)) {
      const { signal, terminal } = context;
      const [kind, to] = [seen.kind, incoming.data];
      await transfer({ connection, from: from.path, kind, to, mode, progress: terminal.err, signal });
      // From here on what is wrong with it stays wrong.
      keep = false;
      verify(path.join(to, path.relative(directory, place)), copying, to);
      settle(to, directory, mode);
    }
    const artifact = register(place, verify(place, copying, directory));
    keep = false;
    return artifact;
  } finally {
    incoming.end(!keep);
  }
}

/** Whether it is what was seen there, and what was registered there. */
function verify(place: string, { from, seen }: Copying, directory: string): Looked {
  const alone = seen.kind === "directory" || fs.readdirSync(directory).length === 1;
  const stat = statFingerprint(place);
  if (!alone || stat.digest !== seen.digest)
    throw fault(
      "dataerr",
      `'${from.path}' of ${from.cluster} changed while it was copied, or its copy '${place}' did`,
      {
        hint: "nothing is registered",
      },
    );
  if (from.digest_of !== "sha256" || from.digest === undefined) return { stat, digest: stat.digest };
  const { digest } = contentFingerprint(place);
  if (digest === from.digest) return { stat, digest };
  throw fault(
    "dataerr",
    `what came of '${from.path}' is not what was registered on ${from.cluster}: its digest is ${digest}`,
    {
      hint: "nothing is registered, and nothing of it kept",
    },
  );
}

/** On disk before it has its name. */
function settle(data: string, directory: string, mode: number): void {
  try {
    fs.chmodSync(data, mode);
    sync(Buffer.from(data));
    fs.renameSync(data, directory);
    syncOne(path.dirname(directory));
  } catch (error) {
    throw systemFault(error, `make '${directory}'`);
  }
}

/** Names are bytes: not each is text. */
function sync(directory: Buffer): void {
  const all = fs.readdirSync(directory, { withFileTypes: true, encoding: "buffer" }) as unknown as fs.Dirent<Buffer>[];
  for (const entry of all) {
    const at = Buffer.concat([directory, Buffer.from("/"), entry.name]);
    if (entry.isDirectory()) sync(at);
    else if (entry.isFile()) syncOne(at);
  }
  syncOne(directory);
}

/** Some network file systems refuse to sync a directory. */
function syncOne(file: string | Buffer): void {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    if (errnoOf(error) !== "EINVAL") throw error;
  } finally {
    fs.closeSync(fd);
  }
}
