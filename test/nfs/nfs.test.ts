// Two clients of one NFS server, each with a cache of its own, work on one registry at once: in a guest kernel that runs as an
// ordinary process (see init.sh). What is asked of a file system is written in lab-registry(5).
import process from "node:process";
import t from "tap";
import { possible } from "../support/needs.js";
import { runGuest } from "./guest.js";
import { missingForNfs } from "./needed.js";
import { type Finding, races } from "./plan.js";

const missing = missingForNfs();
if (!possible(t, missing === undefined, missing ?? "")) process.exit();

// A machine that does ten other things takes five times as long.
t.setTimeout(580_000);
const limit_s = Number(process.env["LAB_TEST_NFS_LIMIT"] ?? 540);
const rounds = Number(process.env["LAB_TEST_NFS_ROUNDS"] ?? 3);
/** Each takes its second to start in such a kernel. */
const claimers = Number(process.env["LAB_TEST_NFS_CLAIMERS"] ?? 16);
const server = process.env["LAB_TEST_NFS_SERVER"] === "ext4" ? "ext4" : "tmpfs";
const options = process.env["LAB_TEST_NFS_OPTIONS"] ?? "vers=4.2";

const { findings, said, seconds } = await runGuest({
  plan: { tries: races, claimers, rounds },
  server,
  options,
  limit_s,
});
const began = findings.length > 0 || said.includes("guest:");
if (!possible(t, began, `a kernel of its own (user-mode-linux) ended before it began: ${said.slice(-2000)}`))
  process.exit();

const found = new Map(findings.map((finding) => [finding.tried, finding]));

interface Found {
  [name: string]: unknown;
}

/** Judges what was found, where it was tried to its end. */
function judge<T = Found>(tried: string, title: string, check: (t: typeof import("tap").default, found: T) => void) {
  t.test(title, async (t) => {
    const finding: Finding | undefined = found.get(tried);
    t.ok(finding, `it was tried (the guest ran ${seconds.toFixed(0)} s of ${limit_s} s)`);
    t.equal(finding?.error, undefined);
    if (finding?.found === undefined) return;
    t.comment(`${finding.seconds.toFixed(1)} s: ${JSON.stringify(finding.found)}`);
    check(t as never, finding.found as T);
  });
}

judge<{ kernel: string; mounts: string[] }>("registry", "a registry is made over NFS", (t, { kernel, mounts }) => {
  t.match(mounts, [/ nfs4? /], `Linux ${kernel}`);
});

judge<{ agents: number }>("gather", "many processes of four people on two clients", (t, { agents }) => {
  t.equal(agents, claimers);
});

judge<Found[]>("once", "of all who write a file once, one does, and all agree on what it says", (t, all) => {
  t.equal(all.length, 6);
  for (const { round, made, died, winnerCounts, ...rest } of all) {
    // One who dies right after its link has made it and cannot say so.
    t.equal(
      Number(made) + Number(died) > 0 && Number(made) <= 1,
      true,
      `round ${round}: ${made} made it, ${died} died`,
    );
    if (died === 0) t.equal(made, 1);
    t.same(rest, { early: 0, absent: 0, half: 0, said: 1, troubles: [] });
    t.equal(winnerCounts, true);
  }
});

judge<Found[]>("claims", "of all who claim a key, one computes it, whoever dies or loses patience", (t, all) => {
  t.equal(all.length, rounds);
  for (const { round, kind, died, leaders, generations, ...rest } of all) {
    t.same(rest, { answers: 1, answersAreSeals: true, go: 1, otherLooks: 0, troubles: [] }, `round ${round}: ${kind}`);
    t.ok(Number(leaders) === 1 || (leaders === 0 && Number(died) > 0), "one leads, or led and died");
    t.ok(Number(generations) >= 1);
    if (kind !== "dying") t.equal(died, 0);
  }
  t.ok(
    all.some(({ generations }) => Number(generations) > 1),
    "some claims were made void",
  );
});

judge<Found[]>("told", "who is told of a file finds it, though the client remembers that there is none", (t, all) => {
  for (const { round, absentByName, ...rest } of all)
    t.same(rest, { early: 0, unlisted: 0, unread: 0, troubles: [] }, `round ${round}`);
  t.ok(
    all.some(({ absentByName }) => Number(absentByName) > 0),
    "by its name alone it would have been missing: the caches are there",
  );
});

judge<{ wanted: number; read: Found[]; troubles: unknown[] }>(
  "journals",
  "no line of a journal is lost, torn, doubled or out of order for whoever follows it",
  (t, { wanted, read, troubles }) => {
    const all = { writers: claimers / 4, events: wanted, inOrder: true, bad: [] };
    t.same({ read, troubles }, { read: [all, all], troubles: [] });
  },
);

judge<Found[]>("leases", "a lease has one holder, and a dead one's has one heir", (t, all) => {
  t.equal(all.length, 5);
  for (const { round, ...rest } of all) t.same(rest, { holders: 1, troubles: [] }, `round ${round}`);
});

judge<Found & { wanted: number }>("reservations", "no number of a host's log is given twice or lost", (t, all) => {
  const { wanted, ...rest } = all;
  t.same(rest, { taken: wanted, different: wanted, reports: [], incomplete: 0, troubles: [] });
});

judge<Found & { wanted: number }>("names", "each generation of a name is one's", (t, all) => {
  const { wanted, ...rest } = all;
  t.same(rest, { made: wanted, different: wanted, otherHistories: 0, troubles: [] });
});

judge<Found & { wanted: number }>("runs", "a run that was made on one client is there on the other", (t, all) => {
  const { wanted, ...rest } = all;
  t.same(rest, { made: wanted, absent: 0, troubles: [] });
});

judge<Record<string, number | undefined>>(
  "facts",
  "who looks at a run from another client sees each fact soon, though she has looked for it before",
  (t, late_s) => {
    t.same(Object.keys(late_s), ["intent", "receipt", "start", "exit", "outcome"]);
    // Names that are remembered to be missing stay so for 30 s and more.
    for (const [what, late] of Object.entries(late_s)) t.ok(Number(late) < 20, `${what}: ${late} s`);
  },
);

judge<{ log: Found; waits: (Found & { after_s: number })[]; list: string[] } & Found>(
  "worked",
  "two hosts take jobs out of one queue, none lost or twice; one of them is followed and waited for on the other host",
  (t, { log, waits, list, wanted, states, began, ...rest }) => {
    const lines = [1, 2, 3].map((i) => `line ${i} of watched`);
    t.same(log, { code: 0, lines, stderr: "" });
    t.equal(waits.length, 2);
    for (const { after_s, ...wait } of waits)
      t.same(wait, { code: 0, states: ["succeeded"], stderr: "" }, `${after_s} s`);
    t.same(rest, { ids: wanted, code: 0, stderr: "", left: 0 });
    const all = Array.from({ length: Number(wanted) }, () => "succeeded");
    t.same({ states, list }, { states: all, list: all });
    const names = began as string[];
    t.equal(names.length, wanted);
    t.equal(new Set(names.map((name) => name.split(" ")[0])).size, wanted, "each began once");
  },
);
