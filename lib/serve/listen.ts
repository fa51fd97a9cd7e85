// Where a server listens: a port of the loopback interface, or a socket in the file system that is its owner's alone.
import fs from "node:fs";
import type { Server } from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { errnoOf, fault, systemFault } from "../record/fault.js";

export type Place = { port: number } | { socket: string };

/** Listens; gives the port, and what to do at the end. Port 0 is any free one. Throws unavailable for what is taken. */
export async function listen(server: Server, place: Place): Promise<{ port?: number; remove(): void }> {
  if ("socket" in place) return { remove: await listenAt(server, path.resolve(place.socket)) };
  await begun(server, () => server.listen(place.port, "127.0.0.1")).catch((error) => {
    throw cannotListen(error, place.port);
  });
  return { port: (server.address() as AddressInfo).port, remove: () => {} };
}

function begun(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.removeListener("error", reject);
      resolve();
    });
    listen();
  });
}

function cannotListen(error: unknown, port: number): unknown {
  const errno = errnoOf(error);
  if (errno === "EADDRINUSE")
    return fault("unavailable", `cannot listen on port ${port}: another program does`, {
      hint: "--port 0 takes a free one",
    });
  if (errno === "EACCES")
    return fault("noperm", `cannot listen on port ${port}`, { hint: "ports below 1024 are root's" });
  return systemFault(error, `listen on port ${port}`);
}

/**
 * A socket is made with the permissions that the umask leaves, and whoever is quick could connect before they are changed: so it
 * is made in a directory that only its owner can enter, and gets its name when it is 0600.
 */
async function listenAt(server: Server, file: string): Promise<() => void> {
  await removeStale(file);
  let directory: string | undefined;
  try {
    directory = fs.mkdtempSync(`${file}.`);
    const made = path.join(directory, "s");
    if (Buffer.byteLength(made) > 107)
      throw fault("usage", `cannot listen at '${file}': the path of a socket has at most 107 bytes`);
    await begun(server, () => server.listen(made));
    fs.chmodSync(made, 0o600);
    fs.linkSync(made, file);
    const { ino } = fs.lstatSync(file);
    return () => {
      if (fs.lstatSync(file, { throwIfNoEntry: false })?.ino === ino) fs.unlinkSync(file);
    };
  } catch (error) {
    server.close();
    throw systemFault(error, `listen at '${file}'`);
  } finally {
    if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** A socket that nobody listens at was left by a server that was killed. Anything else is not ours to remove. */
async function removeStale(file: string): Promise<void> {
  const there = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!there) return;
  if (!there.isSocket()) throw fault("cantcreat", `cannot listen at '${file}': it is there and is no socket`);
  const answers = await new Promise<boolean>((resolve) => {
    const probe = net.connect(file, () => resolve(true)).on("error", () => resolve(false));
    probe.unref();
  });
  if (answers) throw fault("unavailable", `cannot listen at '${file}': another program does`);
  fs.unlinkSync(file);
}
