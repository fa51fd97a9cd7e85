#!/usr/bin/env node
// lab-serve - look at runs in a browser
import { command } from "../lib/command/command.js";

export const spec = {
  name: "lab-serve",
  usage: [""],
  options: {
    port: {
      type: "integer",
      short: "p",
      value: "N",
      default: "0",
      help: "listen on this port of 127.0.0.1 (default: a free one)",
    },
    socket: { type: "string", value: "PATH", help: "listen on this socket, which only you can open, instead" },
    open: { type: "boolean", help: "let everybody look who can reach the port, without a token" },
    cache: { type: "string", value: "FILE", help: "keep the index in this file, for a start without waiting" },
  },
  view: ({ url }: Record<string, unknown>) => `${url}\n`,
  input: "none",
  args: [0, 0],
  writes: ["service"],
} as const;

export default command(spec, async function* (_, { port, cache, socket, open = false }, context) {
  const { serve } = await import("../lib/verb/serving/serve.js");
  yield* serve({ port, cache, socket, open }, context);
});
