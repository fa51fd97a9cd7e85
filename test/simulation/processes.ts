// Stands in the place of lib/scheduler/local/processes.ts in a simulation, where the simulation knows who lives.
import { processStart } from "../../lib/registry/submissions.js";

export { processStart };

export const bootId = () => "b";
export const isRunning = ({ pid }: { pid: number }) => processStart(pid) !== undefined;
export const sessionRemains = isRunning;
export const standingOf = (one: { pid: number }) => (isRunning(one) ? "running" : "gone");
