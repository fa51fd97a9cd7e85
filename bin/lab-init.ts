#!/usr/bin/env node
// lab-init - make a registry and its configuration
import { command } from "../lib/command/command.js";
import { checkView } from "../lib/verb/init/check-view.js";
import { initialise } from "../lib/verb/init/initialising.js";

export const spec = {
  name: "lab-init",
  usage: [""],
  options: {
    yes: { type: "boolean", short: "y", help: "do it, without asking" },
    use: {
      type: "string",
      value: "FILE",
      help: "take this cluster file as it is (also one of labctl), and join or make its registry",
    },
    join: {
      type: "string",
      value: "FILE",
      help: "join the registry of this cluster file, and link to the file, so that its changes reach you",
    },
    "migrate-from": {
      type: "string",
      value: "FILE",
      help: "begin with the cluster file of another place (also of labctl); directories are said anew",
    },
    root: {
      type: "string",
      value: "DIR",
      help: "holds registry and artifacts (default ~/lab); on the shared file system of a cluster",
    },
    "runs-base": {
      type: "string",
      value: "DIR",
      help: "the registry (default ROOT/registry); one that exists is joined",
    },
    "artifact-root": { type: "string", value: "DIR", help: "what runs make (default ROOT/artifacts)" },
    kind: { type: "strings", value: "KIND", help: "also make a place for artifacts of this kind" },
    name: { type: "string", value: "NAME", help: "the cluster's name (default: Slurm's, else this host's)" },
    group: {
      type: "string",
      value: "GROUP",
      help: "the Unix group of the lab; without one all users of the machine may read",
    },
    scheduler: {
      type: "string",
      value: "KIND",
      default: "auto",
      choices: ["auto", "slurm", "local"],
      help: "who runs the jobs",
    },
    partition: { type: "string", value: "NAME", help: "Slurm's partition where a recipe names none" },
    account: { type: "string", value: "NAME", help: "Slurm's account where a recipe names none" },
    repo: { type: "strings", value: "NAME=DIR", help: "a repository that recipes call by name" },
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      help: "the cluster file (default ~/.config/lab/cluster.toml)",
    },
    "no-doctor": { type: "boolean", help: "on a terminal: do not look whether all is well afterwards" },
    "no-agent": { type: "boolean", help: "on a terminal: do not offer to have the agent started" },
    force: { type: "boolean", help: "replace a cluster file that is there" },
  },
  columns: ["check", "path", "message"],
  view: checkView,
  input: "none",
  acts: true,
  writes: ["check"],
} as const;

export default command(spec, (_, options, context) => initialise(options, context));
