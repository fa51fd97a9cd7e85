// The local scheduler: each user's queue, her leases, and the logs of hosts.
import path from "node:path";
import { agentSchema } from "../../record/agent.js";
import { isFault } from "../../record/fault.js";
import { isName } from "../../record/names.js";
import { type JobQueued, leaseSchema, type QueueFact, queueFacts } from "../../record/queue.js";
import { handleOf } from "../../record/run-id.js";
import { parseHostFile } from "../../registry/host-names.js";
import { hostFiles } from "../../registry/hosts.js";
import { envelope, runDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { parseFactFile } from "../../registry/queue-facts.js";
import { list } from "../../registry/read.js";
import { type Breach, hour_ms, type Looking, reading, type Survey, twice, withoutPath } from "./breach.js";
import { namesIn, recordIn, regular } from "./files.js";
import { emptyFile } from "./registry.js";

interface Queue {
  directory: string;
  user: string;
  owner: number;
}

/** The queue of a user, job by job. */
export function* checkQueue(survey: Survey, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, "queue", user);
  const jobs = new Map<string, string[]>();
  for (const name of yield* namesIn(survey, "queue", directory)) {
    const parsed = parseFactFile(name);
    if (parsed) jobs.set(parsed.job, [...(jobs.get(parsed.job) ?? []), parsed.fact]);
    else yield { check: "stray", path: path.join(directory, name), message: "is no fact of a job" };
  }
  for (const [job, facts] of jobs) yield* twice(() => checkJob(survey, { directory, user, owner }, job, facts));
}

function* checkJob(survey: Survey, queue: Queue, job: string, facts: readonly string[]): Looking {
  const at = (fact: string) => path.join(queue.directory, `${job}.${fact}.json`);
  let queued: JobQueued | undefined;
  for (const fact of facts) {
    const [word = "", restart] = fact.split("-");
    const wrong = (record: { job: string }) => (record.job === job ? undefined : `is about ${record.job}`);
    const schema = queueFacts[word as QueueFact];
    const record = yield* recordIn(survey, at(fact), { owner: queue.owner, schema, check: "queue", wrong });
    if (word === "queued") queued = record as JobQueued | undefined;
    if (restart !== undefined && word !== "requeued" && !lookAt(at(`requeued-${restart}`)))
      yield { check: "queue", path: at(fact), message: `there is no requeued-${restart} before it` };
  }
  if (queued) yield* ofRun(survey, queue, queued, at("queued"));
  else if (!facts.includes("queued")) yield* withoutQueued(survey, at(facts[0] ?? ""));
}

/** What ends a job's memory removes `queued` first: what is left of one that was killed there is old. */
function* withoutQueued({ now }: Survey, file: string): Looking {
  const seen = lookAt(file);
  if (seen && now - seen.mtime_ms > hour_ms) yield { check: "queue", path: file, message: "the job was never queued" };
}

function* ofRun(survey: Survey, { user }: Queue, queued: JobQueued, file: string): Looking {
  const { registry } = survey;
  const { run, job, submission, run_dir } = queued;
  const tell = (message: string): Breach => ({ check: "queue", path: file, message, run });
  if (queued.registry !== registry.id) yield tell(`is of the registry ${queued.registry}`);
  else if (job.replace(/_\d+$/, "") !== `local-${handleOf(run)}-${submission}`)
    yield tell(`is of submission ${submission} of ${run}`);
  const json = path.join(envelope(runDirectory(registry.base, user, run)), "run.json");
  const seen = yield* reading(survey, "queue", json, () => lookAt(json));
  if (!seen) yield tell("there is no such run");
  else if (path.basename(run_dir) !== run) yield tell(`its directory is '${run_dir}'`);
}

/** The leases of a user. */
export function* checkLeases(survey: Survey, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, "leases", user);
  for (const name of yield* namesIn(survey, "lease", directory)) {
    const file = path.join(directory, name);
    if (name === "agent.beat.json") {
      yield* recordIn(survey, file, { owner, schema: agentSchema, check: "lease" });
      continue;
    }
    const [, lease = "", kind] = /^(.+)\.\d{1,15}\.(json|end)$/.exec(name) ?? [];
    if (!isName(lease)) yield { check: "stray", path: file, message: "is no lease" };
    else if (kind === "end") yield* emptyFile(survey, "lease", file, owner);
    else yield* recordIn(survey, file, { owner, schema: leaseSchema, check: "lease" });
  }
}

/** The logs of all hosts. */
export function* checkHosts(survey: Survey): Looking {
  const { registry, only } = survey;
  const directory = path.join(registry.base, "hosts");
  const hosts = new Set<string>();
  for (const name of yield* namesIn(survey, "host", directory)) {
    const file = path.join(directory, name);
    const parsed = parseHostFile(name);
    if (!parsed) yield { check: "stray", path: file, message: "is no entry of a host's log" };
    else hosts.add(parsed.host);
    const seen = parsed && (yield* reading(survey, "host", file, () => lookAt(file)));
    if (seen && parsed?.kind === "end") yield* emptyFile(survey, "host", file, seen.uid);
    else if (seen) yield* regular(survey, file, seen.uid);
  }
  if (only === undefined) for (const host of hosts) yield* twice(() => log(survey, directory, host));
}

function* log(survey: Survey, directory: string, host: string): Looking {
  const told: string[] = [];
  try {
    hostFiles(survey.registry, host).read((message) => told.push(message));
  } catch (error) {
    if (!isFault(error)) throw error;
    survey.unread(directory, error);
  }
  const names = told.length > 0 ? list(directory) : [];
  for (const message of told) {
    const file = path.join(directory, names.find((name) => message.includes(`/${name}'`)) ?? "");
    yield { check: "host", path: file, message: withoutPath(message, file) };
  }
}
