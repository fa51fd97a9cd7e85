// Questions to the server. An endpoint's declaration gives the types: `ask<typeof runsApi>("/api/v1/runs", { query })`.
import type { GenericSchema, InferInput, InferOutput } from "valibot";

/** The shape of a declaration of lib/serve/api, as far as a question needs it. */
export interface Declared {
  path: string;
  query?: unknown;
  answer: unknown;
}
export type AnswerOf<E extends Declared> = E["answer"] extends GenericSchema ? InferOutput<E["answer"]> : E["answer"];
type Words = Record<string, string | number | boolean | readonly string[] | undefined>;
export type QueryOf<E extends Declared> = E extends { query: GenericSchema }
  ? { [K in keyof InferInput<E["query"]> | "format"]?: string | number | boolean | readonly string[] | undefined }
  : Words;

export interface Question<E extends Declared = Declared> {
  /** For the words of the path that begin with a colon. */
  parts?: Record<string, string>;
  query?: QueryOf<E>;
}

/** Something that a person can do something about. */
export class Trouble extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly hint?: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** The address of a question, also for links to raw files and exports. */
export function addressOf<E extends Declared>(path: E["path"], { parts = {}, query = {} as QueryOf<E> }: Question<E>) {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query as Words)) {
    if (value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) words.append(name, String(one));
  }
  words.sort();
  return words.size > 0 ? `${filled}?${words}` : filled;
}

/** Asks once. Throws Trouble with the server's own words, or what to do where it does not answer. */
export async function ask<E extends Declared>(
  path: E["path"],
  question: Question<E> = {},
  signal?: AbortSignal,
): Promise<AnswerOf<E>> {
  return (await askAddress(addressOf<E>(path, question), signal)) as AnswerOf<E>;
}

export async function askAddress(address: string, signal?: AbortSignal): Promise<unknown> {
  const headers = { accept: "application/json" };
  const response = await fetch(address, { headers, ...(signal ? { signal } : {}) }).catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    throw new Trouble(
      "the server does not answer",
      "unavailable",
      "is lab serve still running, and the ssh tunnel with it? This page tries again by itself",
    );
  });
  if (response.status === 401)
    throw new Trouble(
      "this browser is not let in any more",
      "noperm",
      "open the address that lab serve printed when it started",
      401,
    );
  const value = await response.json().catch(() => undefined);
  if (response.ok && value !== undefined) return value;
  const { message, code, hint } =
    (value as { error?: { message?: string; code?: string; hint?: string } })?.error ?? {};
  throw new Trouble(message ?? `the server answered ${response.status}`, code ?? "software", hint, response.status);
}
