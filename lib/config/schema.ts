// What cluster.toml, .lab.toml and .lab.local.toml may say. A key that is not here is an error.
import * as v from "valibot";
import { maybe } from "../record/schema.js";
import {
  cache,
  dispatch,
  env,
  filesystem,
  local,
  modules,
  projectScheduler,
  remote,
  scheduler,
  slurm,
} from "./sections.js";
import { location, name, refused, word } from "./values.js";

const later = () => maybe(refused("is not supported yet"));
const clusterOnly = () => maybe(refused("belongs in the cluster file, not in a project's"));
const projectOnly = () => maybe(refused("belongs in .lab.toml, not in the cluster file"));

/** Sections of work to come: known by name, so that nobody thinks they have an effect. */
const toCome = {
  agent: later(),
  gc: later(),
  index: later(),
  notify: later(),
  policies: later(),
  postgres: maybe(refused("is not supported yet: the registry is plain files, so remove the section")),
  prewarm: later(),
  serve: later(),
  services: later(),
  tracking: later(),
  tunnel: later(),
  tunnels: later(),
};

/** Everything that a cluster file, or `-c`, may set. */
const clusterEntries = {
  filesystem: maybe(filesystem),
  repos: maybe(v.record(name, v.union([location, v.strictObject({ path: location, trusted: maybe(v.boolean()) })]))),
  env: maybe(env),
  modules: maybe(modules),
  module_init: maybe(location),
  cache: maybe(cache),
  scheduler: maybe(scheduler),
  slurm: maybe(slurm),
  local: maybe(local),
  dispatch: maybe(dispatch),
  remote: maybe(remote),
};

/** What a project may say otherwise than its cluster: nothing that would run a program or trust somebody. */
const overrides = {
  filesystem: maybe(filesystem),
  repos: maybe(
    v.record(
      name,
      v.union([
        location,
        v.strictObject({
          path: location,
          trusted: maybe(refused("is for the cluster file to say, not for a project's")),
        }),
      ]),
    ),
  ),
  env: maybe(env),
  modules: maybe(modules),
  module_init: maybe(location),
  scheduler: maybe(projectScheduler),
  slurm: maybe(slurm),
  local: maybe(local),
};

const settingEntries = { name: maybe(word), ...clusterEntries };

/** The sections of one file or flag, before they are merged. Paths are as written. */
export const settingsSchema = v.strictObject(settingEntries);
export type Settings = v.InferOutput<typeof settingsSchema>;

export const clusterSchema = v.strictObject({
  ...clusterEntries,
  name: word,
  ...toCome,
  environments: projectOnly(),
  project: projectOnly(),
});

const environment = v.strictObject({
  ...overrides,
  executor: later(),
  gateway: later(),
  services: later(),
  ssh_key: later(),
  tunnel: later(),
  user: later(),
});

export const projectSchema = v.strictObject({
  project: maybe(v.strictObject({ name: maybe(word), default_env: maybe(name) })),
  environments: maybe(v.record(name, environment)),
  ...overrides,
  ...toCome,
  name: clusterOnly(),
  cache: clusterOnly(),
  dispatch: clusterOnly(),
  remote: clusterOnly(),
});
export type Project = v.InferOutput<typeof projectSchema>;
