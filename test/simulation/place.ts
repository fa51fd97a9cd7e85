// A registry on a simulated server, as its founder made it.
import { aliasDirectory, claimStem, otherAreas, userAreas } from "../../lib/registry/layout.js";
import type { Simulation } from "./simulation.js";

export const base = "/lab/registry";
export const users = [
  { name: "ann", uid: 1001 },
  { name: "ben", uid: 1002 },
  { name: "cem", uid: 1003 },
] as const;
export const key = `sha256:${"ab".repeat(32)}`;
export const slot = { key, epoch: "1" };

/** The shared directories, and of the users' own what is there from their first day. */
export function registryOn(sim: Simulation): void {
  sim.directory("/lab");
  sim.directory(base, 0o755);
  for (const area of [...userAreas, ...otherAreas]) sim.directory(`${base}/${area}`, 0o1777);
  for (const { name, uid } of users)
    for (const area of [...userAreas, "aliases/by-user"]) sim.directory(`${base}/${area}/${name}`, 0o755, uid);
  const claims = claimStem(base, slot).split("/").slice(0, -1).join("/");
  sim.directory(claims, 0o1777);
  sim.directory(aliasDirectory(base, "best"), 0o1777);
  const record = {
    format: "lab-registry",
    version: 1,
    id: "simulated",
    founder: 0,
    created_at: "2026-11-20T12:00:00.000Z",
  };
  sim.file(`${base}/REGISTRY.json`, `${JSON.stringify(record)}\n`);
}
