// One machine and two real users: twenty jobs of mixed priority on four GPUs that do not exist, while workers are killed.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import type { JobEnded, JobQueued, JobStarted, Lease } from "../../lib/record/queue.js";
import { type Fields, type Person, recipe, site } from "../support/cluster.js";
import { until } from "../support/sandbox.js";

t.setTimeout(600_000);
const host = os.hostname();
const extra = '[local]\ncpus = 64\ngpus = 4\nmem = "64GB"\nidle = "30s"\n';
const place = await site({
  name: "one machine",
  kind: "local",
  env: { LAB_SCHEDULER_KIND: "local" },
  founder: "lab-alice",
  extra,
});
t.teardown(() => place.remove());
const [alice, bob] = [place.person("lab-alice"), place.person("lab-bob")];
const people = [alice, bob];
const shared = path.join(place.dir, "what ran");
fs.mkdirSync(shared);
fs.chmodSync(shared, 0o1777);

/** A file that every job writes into. */
function logFile(name: string): string {
  const file = path.join(shared, name);
  fs.writeFileSync(file, "");
  fs.chmodSync(file, 0o666);
  return file;
}

/** What a job does: says that it has begun, with which GPUs, and that it ends, and when (milliseconds). */
const body = (log: string, name: string, during: string) => {
  const say = (word: string) => `echo "${word} ${name} $CUDA_VISIBLE_DEVICES $(date +%s%3N)" >>"${log}"`;
  return `${say("begin")}; ${during}; ${say("end")}`;
};

interface Sent {
  name: string;
  person: Person;
  priority: number;
  /** Its own place among those of its user and priority. */
  age: number;
  run: Fields;
}

interface Asked {
  name: string;
  during: string;
  resources?: Record<string, number>;
}

let age = 0;
/** One after the other, in one pipe. */
async function send(person: Person, log: string, all: Asked[]): Promise<Sent[]> {
  const files = all.map(({ name, during, resources }) => {
    const text = recipe(name, { body: body(log, name, during), resources: { gpus: 1, priority: 5, ...resources } });
    return person.write(`r/${name}.toml`, text);
  });
  const runs = await person.lab(["lab", "run", "--json", ...files]);
  return all.map(({ name, resources }, i) => {
    age += 1;
    return { name, person, priority: resources?.["priority"] ?? 5, age, run: runs[i] as Fields };
  });
}

const queueOf = ({ name }: Person) => path.join(place.registry, "queue", name);
const factsOf = <T>(person: Person, fact: string): T[] =>
  fs
    .readdirSync(queueOf(person))
    .filter((name) => name.endsWith(`.${fact}.json`))
    .map((name) => JSON.parse(fs.readFileSync(path.join(queueOf(person), name), "utf8")));
const lines = (log: string) =>
  fs
    .readFileSync(log, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" "));

/** The worker that a user has, by its lease. */
function workerOf({ name }: Person): Lease | undefined {
  const directory = path.join(place.registry, "leases", name);
  const generations = fs.readdirSync(directory).flatMap((file) => {
    const [, n] = new RegExp(`^worker-${host}\\.(\\d+)\\.json$`).exec(file) ?? [];
    return n === undefined || fs.existsSync(path.join(directory, file.replace("json", "end"))) ? [] : [Number(n)];
  });
  const file = path.join(directory, `worker-${host}.${Math.max(0, ...generations)}.json`);
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function kill(person: Person, signal: NodeJS.Signals): boolean {
  const lease = workerOf(person);
  try {
    return lease !== undefined && process.kill(lease.pid, signal);
  } catch {
    return false;
  }
}

/** What the jobs themselves saw: each began and ended once, and no GPU was two jobs' at once. */
function sound(t: Pick<typeof import("tap").default, "same" | "equal">, log: string, jobs: Sent[]): void {
  const holds = new Map<string, string>();
  const twice: string[] = [];
  for (const [word, name = "", gpus = ""] of lines(log)) {
    for (const gpu of gpus.split(",").filter(Boolean)) {
      if (word === "end") holds.delete(gpu);
      else if (holds.has(gpu)) twice.push(`GPU ${gpu}: ${holds.get(gpu)} and ${name}`);
      else holds.set(gpu, name);
    }
  }
  t.same(twice, [], "no GPU was two jobs' at once");
  for (const word of ["begin", "end"]) {
    const names = lines(log).flatMap(([what, name]) => (what === word ? [name] : []));
    t.same(names.sort(), jobs.map(({ name }) => name).sort(), `each did ${word}, once`);
  }
}

/** All jobs that started, in that order: whose, which, when, with which GPU, and when it was still at work on that. */
function starts(jobs: Sent[], log: string) {
  const over = new Map(lines(log).flatMap(([word, name, , at]) => (word === "end" ? [[name, Number(at)]] : [])));
  return people
    .flatMap((person) => {
      const queued = new Map(factsOf<JobQueued>(person, "queued").map((one) => [one.job, one]));
      return factsOf<JobStarted>(person, "started").flatMap(({ job, at, gpus: [gpu] }) => {
        const sent = jobs.find(({ run }) => run["id"] === queued.get(job)?.run);
        return sent ? [{ ...sent, at: Date.parse(at), gpu, over: over.get(sent.name) ?? Infinity }] : [];
      });
    })
    .sort((a, b) => a.at - b.at);
}

const finished = (jobs: Sent[]) => {
  const over = new Set(people.flatMap((person) => factsOf<JobEnded>(person, "ended").map(({ run }) => run)));
  return jobs.every(({ run }) => over.has(run["id"]));
};

/** Four jobs that hold the GPUs until their flag, or that of one of them, is there, two of each. */
async function blockers(log: string, flag: string): Promise<Sent[]> {
  const sent = await Promise.all(
    people.map((person) => {
      const asked = ["hold1", "hold2"].map((hold) => {
        const name = `${person.name}-${flag.slice(-1)}-${hold}`;
        return { name, during: `until [ -e "${flag}" ] || [ -e "${flag}-${name}" ]; do sleep 0.1; done` };
      });
      return send(person, log, asked);
    }),
  );
  await until("the GPUs to be held", () => lines(log).length === 4);
  return sent.flat();
}

const priorities = [5, 9, 1, 5, 5, 9, 1, 5, 9, 5];

t.test("twenty jobs of mixed priority run in the documented order", async (t) => {
  const log = logFile("order");
  const flag = path.join(shared, "go-a");
  const held = await blockers(log, flag);
  const jobs: Sent[] = [];
  for (const person of people)
    jobs.push(
      ...(await send(
        person,
        log,
        priorities.map((priority, i) => ({ name: `${person.name}-a-${i}`, during: "true", resources: { priority } })),
      )),
    );
  const shown = await bob.lab(["lab", "queue", "--json"]);
  t.equal(shown.filter(({ state }) => state === "running").length, 4);
  t.same(
    shown
      .filter(({ state }) => state === "running")
      .flatMap(({ gpu_indices }) => gpu_indices)
      .sort(),
    [0, 1, 2, 3],
    "each sees who has which GPU",
  );
  const line = shown.filter(({ position }) => position !== undefined);
  t.same(
    line.map(({ position }) => position),
    jobs.map((_, i) => i + 1),
  );
  t.same(
    line.map(({ priority }) => priority),
    priorities.flatMap((priority) => [priority, priority]).sort((a, b) => b - a),
  );
  const turns = line.slice(0, 6).map(({ user }) => user);
  t.same(
    new Set([turns.slice(0, 2), turns.slice(2, 4), turns.slice(4, 6)].map((two) => new Set(two).size)),
    new Set([2]),
    "they take turns",
  );
  t.same(
    (await alice.lab(["lab", "queue", "--json"])).map(({ id }) => id),
    shown.map(({ id }) => id),
    "and all see the same line",
  );
  // One GPU alone: with several that are free at once nobody can tell from outside who was first.
  fs.writeFileSync(`${flag}-${held.find(({ person }) => person === bob)?.name}`, "");
  await until("all to end", () => finished(jobs), 300);
  fs.writeFileSync(flag, "");
  await until("those that held the others to end", () => finished(held));
  sound(t, log, [...held, ...jobs]);
  const inOrder = [...jobs].sort(
    (a, b) => b.priority - a.priority || Number(a.person === alice) - Number(b.person === alice) || a.age - b.age,
  );
  t.same(
    starts(jobs, log).map(({ name }) => name),
    inOrder.map(({ name }) => name),
    "by priority, then whoever has less (bob, since alice holds two), then the older",
  );
});

t.test(
  "twenty jobs while workers are killed: nothing lost, nothing twice, no GPU double-booked, in order",
  async (t) => {
    const log = logFile("killed");
    const jobs: Sent[] = [];
    const deaths: { person: Person; from: number; to: number }[] = [];
    let done = false;
    const killing = (async () => {
      for (let round = 0; !done; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 300 + ((round * 271) % 700)));
        const person = people[round % 2] as Person;
        const from = Date.now();
        if (!kill(person, "SIGKILL")) continue;
        // Whoever looks at the queue, and has jobs in it, starts a worker.
        await person.run(["lab", "queue", "-q"]);
        deaths.push({ person, from, to: Date.now() });
      }
    })();
    const flag = path.join(shared, "go-b");
    const held = await blockers(log, flag);
    // In four pipes, so that workers die while there is more to come.
    for (const [from, to] of [
      [0, 5],
      [5, 10],
    ])
      for (const person of people) {
        const some = priorities.slice(from, to).map((priority, i) => {
          return { name: `${person.name}-b-${Number(from) + i}`, during: "sleep 0.7", resources: { priority } };
        });
        jobs.push(...(await send(person, log, some)));
      }
    fs.writeFileSync(flag, "");
    await until("all to end", () => finished([...held, ...jobs]), 400).finally(() => {
      done = true;
    });
    await killing;
    t.ok(deaths.length > 5, `${deaths.length} workers were killed`);
    sound(t, log, [...held, ...jobs]);
    const withHeld = starts([...held, ...jobs], log);
    const all = withHeld.filter(({ name }) => !held.some((one) => one.name === name));
    t.equal(all.length, 20);
    const wrong: string[] = [];
    let compared = 0;
    for (const [i, one] of all.entries()) {
      for (const later of all.slice(i + 1)) {
        // Who had no worker when it was decided took no part; on a busy machine a start is written down seconds after that.
        const away = deaths.some(
          ({ person, from, to }) => person === later.person && from < one.at && to + 10_000 > one.at,
        );
        if (later.person !== one.person && away) continue;
        compared += 1;
        // Where there was room for both, either may be written down first.
        const before = withHeld.findLast(({ gpu, at }) => gpu === later.gpu && at < later.at);
        if (before === undefined || before.over <= one.at) continue;
        if (later.priority > one.priority)
          wrong.push(`${one.name} (${one.priority}) before ${later.name} (${later.priority})`);
        if (later.priority === one.priority && later.person === one.person && later.age < one.age)
          wrong.push(`${one.name} before ${later.name}, which is older`);
      }
    }
    t.same(wrong, []);
    t.ok(compared > 50, `${compared} pairs could be compared`);
    const ended = people.flatMap((person) => factsOf<JobEnded>(person, "ended"));
    const states = await alice.lab([
      "lab",
      "wait",
      "--json",
      ...jobs.filter(({ person }) => person === alice).map(({ run }) => run["id"]),
    ]);
    t.ok(states.every(({ state }) => state === "succeeded"));
    t.equal(ended.filter(({ run }) => jobs.some((one) => one.run["id"] === run)).length, 20);
  },
);

t.test("jobs of several GPUs and none among them, workers stopped and killed: still no GPU twice", async (t) => {
  const log = logFile("mixed");
  const flag = path.join(shared, "go-c");
  const jobs: Sent[] = await blockers(log, flag);
  let done = false;
  const harming = (async () => {
    for (let round = 0; !done; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200 + ((round * 137) % 500)));
      const person = people[round % 2] as Person;
      if (round % 3 === 0) kill(person, "SIGKILL");
      else if (round % 3 === 1) {
        kill(person, "SIGSTOP");
        await new Promise((resolve) => setTimeout(resolve, 700));
        kill(person, "SIGCONT");
      }
      await person.run(["lab", "queue", "-q"]);
    }
  })();
  const wanted = [2, 1, 0, 4, 1, 2, 3, 1, 0, 1];
  const sending = people.map((person) => {
    const asked = wanted.map((gpus, i) => {
      return {
        name: `${person.name}-c-${i}`,
        during: "sleep 0.4",
        resources: { gpus, priority: 1 + ((i * 7) % 10) },
      };
    });
    return send(person, log, asked);
  });
  jobs.push(...(await Promise.all(sending)).flat());
  fs.writeFileSync(flag, "");
  await until("all to end", () => finished(jobs), 400).finally(() => {
    done = true;
  });
  await harming;
  sound(t, log, jobs);
});

t.test("what the host can never satisfy is refused when it is submitted, by name", async (t) => {
  const text = recipe("huge", { resources: { gpus: 5 } });
  const { code, stdout, stderr } = await bob.run(["lab", "run", "--json", bob.write("r/huge.toml", text)]);
  t.equal(code, 1);
  t.match(stderr, /5 gpus; this host has 4 \(\[local\] gpus\)/);
  t.match(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), { error: { code: "refused" } });
});

t.test("the files are their owners', and the log has come to an end", async (t) => {
  for (const person of people) {
    for (const name of fs.readdirSync(queueOf(person)))
      t.equal(fs.statSync(path.join(queueOf(person), name)).uid, person.uid, name);
  }
  for (const person of people) await person.run(["lab", "queue", "-q"]);
  const entries = fs.readdirSync(path.join(place.registry, "hosts")).filter((name) => !name.startsWith(".tmp-"));
  const alive = entries.filter((name) => name.endsWith(".json") && !entries.includes(name.replace("json", "end")));
  t.ok(alive.length <= people.length, `what nobody has ended: ${alive.join(" ")}`);
  for (const person of people) kill(person, "SIGTERM");
});
