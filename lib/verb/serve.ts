// The server of the registry's window, for as long as it is wanted.
import os from "node:os";
import type { Context } from "../command/context.js";
import { fault } from "../record/fault.js";
import { newToken } from "../serve/guard.js";
import { startServer } from "../serve/server.js";
import { graces } from "./runs.js";
import { openIndex } from "./serving/index/index.js";
import { pageAssets } from "./serving/page.js";
import { routesOf } from "./serving/routes.js";

/** Says where it listens, and serves until a signal comes. Throws unavailable for a port that is taken. */
export async function* serve(port: number, context: Context): AsyncGenerator<object> {
  if (port > 65_535) throw fault("usage", `no port ${port}`, { hint: "ports go up to 65535; 0 takes a free one" });
  const token = newToken();
  const registry = await context.registry();
  const report = (error: unknown) =>
    context.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const index = await openIndex(registry, await graces(context), report);
  const routes = routesOf({ context, registry, index });
  const server = await startServer({ token, routes, assets: pageAssets(), report }, port);
  const url = `http://127.0.0.1:${server.port}/?token=${token}`;
  try {
    yield { type: "service", v: 1, id: `lab-serve-${server.port}`, url, host: os.hostname(), registry: registry.base };
    context.say("open it in a browser on this machine; from another one, first:");
    context.say(`ssh -N -L ${server.port}:127.0.0.1:${server.port} ${registry.user}@${os.hostname()}`);
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      else context.signal.addEventListener("abort", resolve, { once: true });
    });
  } finally {
    await server.close();
    await index.close();
  }
}
