// What a name of another cluster means there: two looks into its registry, by the rules that hold in our own.

import type { Artifact } from "../../record/artifact.js";
import { fault, isFault } from "../../record/fault.js";
import type { StopSignal } from "../../record/stop-signal.js";
import { type FarRef, farAlias, farArtifact, farRegistry, looksFor, looksForMaker } from "../../registry/foreign.js";
import type { Connection } from "./connection.js";
import { farFiles } from "./far-files.js";
import type { Foreign } from "./foreign-cluster.js";

export interface Theirs {
  /** The id of that registry. */
  registry: string;
  artifact: Artifact;
}

/** Throws noinput where nothing of that name is registered there, dataerr where it could be several things. */
export async function lookUpThere(
  connection: Connection,
  foreign: Foreign,
  ref: FarRef,
  signal: StopSignal,
): Promise<Theirs> {
  const first = await farFiles(connection, foreign, looksFor(ref), signal);
  try {
    const registry = farRegistry(first.files, foreign.base);
    const alias = ref.name === undefined ? undefined : farAlias(ref, first.files, first.me);
    const more = looksForMaker(ref, alias, first.files);
    const second = more.length === 0 ? first : await farFiles(connection, foreign, more, signal);
    return { registry, artifact: farArtifact(ref, alias, [...first.files, ...second.files]) };
  } catch (error) {
    if (!isFault(error) || error.code === "unavailable" || error.code === "tempfail") throw error;
    throw fault(error.code, `on ${foreign.name}: ${error.message}`, { hint: error.hint, cause: error });
  }
}
