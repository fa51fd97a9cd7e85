// The server of the registry's window, for as long as it is wanted.
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import { newToken } from "../../serve/guard.js";
import { fileStore, type Store } from "../../serve/index/store.js";
import { startServer } from "../../serve/server.js";
import { graces } from "../runs.js";
import { openIndex } from "./index/index.js";
import { pageAssets } from "./page.js";
import { routesOf } from "./routes.js";

export interface Serve {
  port: number;
  /** A file of its own for the index. */
  cache: string | undefined;
  /** Where it listens instead of on a port. */
  socket: string | undefined;
  /** Whether everybody who can connect may look. */
  open: boolean;
}

/** Says where it listens, and serves until a signal comes. Throws unavailable for a place where another one listens. */
export async function* serve({ port, cache, socket, open }: Serve, context: Context): AsyncGenerator<object> {
  if (port > 65_535) throw fault("usage", `no port ${port}`, { hint: "ports go up to 65535; 0 takes a free one" });
  const registry = await context.registry();
  const report = (error: unknown) =>
    context.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  // Who can open the socket is its user.
  const token = open || socket !== undefined ? undefined : newToken();
  const file = socket === undefined ? undefined : path.resolve(context.cwd, socket);
  const store =
    cache === undefined ? undefined : await storeIn(path.resolve(context.cwd, cache), registry.base, context);
  const index = await openIndex(registry, await graces(context), report, store);
  const routes = routesOf({ context, registry, index });
  const where = file === undefined ? { port } : { socket: file };
  const server = await startServer({ token, routes, assets: pageAssets(), report }, where).catch(async (error) => {
    await index.close();
    throw error;
  });
  // The port that the reader's own machine has for the socket.
  const shown = file === undefined ? server.port : port || 8080;
  const url = `http://127.0.0.1:${shown}/${token === undefined ? "" : `?token=${token}`}`;
  const id = file === undefined ? `lab-serve-${server.port}` : "lab-serve-socket";
  try {
    yield {
      ...{ type: "service", v: 1, id, url, host: os.hostname(), registry: registry.base },
      ...(file === undefined ? {} : { socket: file }),
    };
    const to = file === undefined ? `127.0.0.1:${shown}` : quoted(file);
    if (open && file === undefined)
      context.say(
        "WARNING: --open: everybody who can reach this machine's loopback sees what you can read, without a token",
      );
    if (file === undefined) context.say("open it in a browser on this machine; from another one, first:");
    else context.say("open it in a browser on your own machine, where first:");
    context.say(`ssh -N -L ${shown}:${to} ${registry.user}@${os.hostname()}`);
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      else context.signal.addEventListener("abort", resolve, { once: true });
    });
  } finally {
    await server.close();
    await index.close();
  }
}

/** Undefined, and said, where another server has the file. */
async function storeIn(file: string, registry: string, context: Context): Promise<Store | undefined> {
  const store = await fileStore(file, registry);
  if (!store) context.say(`another server has the cache '${file}': this one goes without`);
  return store;
}

/** As a shell reads it. */
function quoted(file: string): string {
  return /^[\w./+:@-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}
