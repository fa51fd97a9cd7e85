// The wrappers in sh, as far as their options go: some of their own, and those of the command that they hand the rest to.
import type { Option } from "./spec.js";

export interface Wrapper {
  name: string;
  /** The command whose options it takes besides. */
  of: string;
  options: Readonly<Record<string, Option>>;
}

export const wrappers: readonly Wrapper[] = [
  {
    name: "lab-run",
    of: "lab-plan",
    options: { wait: { type: "boolean", short: "w", help: "wait for the end; the exit status tells how it was" } },
  },
  {
    name: "lab-sweep",
    of: "lab-plan",
    options: {
      wait: { type: "boolean", short: "w", help: "wait for the end; the exit status tells how it was" },
      count: { type: "boolean", help: "only how many points there are, and the GPU-hours they ask for" },
      "one-job": { type: "integer", value: "K", help: "one job that runs K points at a time, not an array" },
    },
  },
  {
    name: "lab-pipeline",
    of: "lab-plan",
    options: { wait: { type: "boolean", short: "w", help: "wait for the end; the exit status tells how it was" } },
  },
  {
    name: "lab-rerun",
    of: "lab-replan",
    options: { wait: { type: "boolean", short: "w", help: "wait for the end; the exit status tells how it was" } },
  },
  { name: "lab-status", of: "lab-ls", options: {} },
  { name: "lab-agent", of: "lab-tend", options: {} },
];
