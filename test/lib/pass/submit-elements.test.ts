// Elements of an array on their way to a scheduler that takes so many, or none, or dies meanwhile.
import t from "tap";
import type { Element, ElementSent } from "../../../lib/pass/element-sent.js";
import { submitElements } from "../../../lib/pass/submit-elements.js";
import { fault } from "../../../lib/record/fault.js";
import { parseIndices } from "../../../lib/record/indices.js";
import { stateOf } from "../../../lib/record/state.js";
import { linkPart, readParts } from "../../../lib/registry/arrays.js";
import { openRun } from "../../../lib/registry/runs.js";
import { linkIntent, writeRequest } from "../../../lib/registry/submissions.js";
import { arrayOf, id } from "./fake-array.js";
import { fakeScheduler, newRegistry, senderFor } from "./fake-scheduler.js";

async function setUp(t: { teardown(fn: () => void): void }, count: number) {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const fake = fakeScheduler();
  const sender = senderFor(registry, fake);
  const { array, runs, facts } = await arrayOf(registry, count);
  const elements = runs.map((run, index): Element => {
    const disk = openRun(registry, registry.user, run);
    if (!disk) throw new Error("it is gone");
    return { run: disk.run, disk, n: 2, index };
  });
  const send = (room = Number.POSITIVE_INFINITY, some = elements) =>
    submitElements(sender, { array, by: "submit", room, resources: {}, dependencies: [] }, some);
  const states = () => runs.map((_, i) => stateOf(facts(i), Date.now()).state);
  const parts = () => fake.parts.map(({ indices }) => indices);
  return { registry, fake, array, elements, send, states, parts, facts };
}

const how = (said: Map<Element, ElementSent>) => [...said.values()].map((sent) => sent.how);
const count = (words: readonly string[], word: string) => words.filter((one) => one === word).length;

t.test("all go in one part, and each has its own job", async (t) => {
  const { send, parts, facts, states, elements } = await setUp(t, 5);
  const said = await send();
  t.match(said.get(elements[3] as Element), { how: "submitted", job: "101_3" });
  t.strictSame(parts(), ["0-4"]);
  t.match(facts(4).submissions[1], { receipt: { job: "101_4" } });
  t.equal(count(states(), "submitted"), 5);
});

t.test("as many as there is room for; the others wait, and need no new script", async (t) => {
  const { send, parts, facts, states, elements } = await setUp(t, 5);
  t.strictSame(how(await send(3)), ["submitted", "submitted", "submitted", "deferred", "deferred"]);
  t.strictSame(parts(), ["0-2"]);
  t.equal(count(states(), "deferred"), 2);
  t.match(facts(4).decision, { decision: "deferred", submission: 0, message: /no more is left/ });
  t.strictSame(how(await send(9, elements.slice(3))), ["submitted", "submitted"]);
  t.strictSame(parts(), ["0-2", "3-4"], "a further part of the same array");
  t.equal(count(states(), "submitted"), 5);
});

t.test("what another process sends meanwhile is not decided to wait: its job would be forgotten", async (t) => {
  const { send, states, facts, array, registry } = await setUp(t, 4);
  linkPart(registry, array, [3], { by: "advance", last: 0 });
  t.strictSame(how(await send(2)), ["submitted", "submitted", "deferred", "failed"]);
  t.equal(facts(3).decision, undefined);
  t.strictSame(states(), ["submitted", "submitted", "deferred", "submitted"]);
});

t.test("what is refused is halved, until the limit is met in few calls", async (t) => {
  const { send, parts, fake, states, facts } = await setUp(t, 20);
  fake.capacity = 6;
  const said = how(await send());
  t.equal(count(said, "submitted"), 6);
  t.strictSame(parts(), ["0-19", "0-9", "0-4", "5-6", "5"]);
  t.equal(count(states(), "deferred"), 14);
  t.match(stateOf(facts(19), Date.now()).message, /job submit limit/, "in the scheduler's words");
  t.match(facts(19).decision, { submission: 2 }, "its refusal ends its submission");
});

t.test("a kill between the refusal and the decision leaves it waiting, too", async (t) => {
  const { send, fake, states, facts, array } = await setUp(t, 2);
  fake.capacity = 0;
  await send();
  const { decision: _, ...killed } = facts(1);
  t.match(stateOf(killed, Date.now()), { state: "deferred", message: /job submit limit/ });
  t.strictSame(states(), ["deferred", "deferred"]);
  t.equal(
    readParts(array).every(({ refusal }) => refusal),
    true,
  );
});

t.test("what is wrong with each is the end of all, after one was tried alone", async (t) => {
  const { send, parts, fake, states, facts } = await setUp(t, 8);
  fake.faults.set("submitArray", fault("refused", "Invalid partition name specified", { hint: "cpu" }));
  t.equal(count(how(await send()), "failed"), 8);
  t.strictSame(parts().length + fake.calls.length, 2, "in two calls");
  t.equal(count(states(), "failed"), 8);
  t.match(facts(7).outcome, { mode: "submit_error", message: /Invalid partition/, hint: "cpu" });
});

t.test("what is wrong with many at once is not the end of each: one that is taken tells", async (t) => {
  const { send, parts, fake, states, facts } = await setUp(t, 20);
  const { submitArray } = fake;
  fake.submitArray = async (request) => {
    if (parseIndices(request.indices).length > 4) {
      fake.parts.push(request);
      throw fault("refused", "Invalid job array specification");
    }
    return (submitArray as NonNullable<typeof submitArray>)(request);
  };
  t.equal(count(how(await send()), "submitted"), 14);
  t.strictSame(parts(), ["0-19", "0", "1-2", "3-6", "7-14", "7-10", "11-12", "13"]);
  t.equal(count(states(), "deferred"), 6);
  t.match(facts(19).decision, { message: "Invalid job array specification (of 8 at once; others were taken)" });
});

t.test("what was wrong for a moment holds up nothing", async (t) => {
  const { send, parts, fake } = await setUp(t, 12);
  const { submitArray } = fake;
  fake.submitArray = async (request) => {
    fake.submitArray = submitArray as NonNullable<typeof submitArray>;
    fake.parts.push(request);
    throw fault("refused", "Unspecified error");
  };
  t.equal(count(how(await send(9)), "submitted"), 9, "all that there is room for");
  t.strictSame(parts(), ["0-8", "0", "1-2", "3-6", "7-8"]);
});

t.test("a scheduler out of reach leaves nothing half-done; one that did not answer, what may be", async (t) => {
  const { send, fake, states, facts, array, registry } = await setUp(t, 3);
  fake.faults.set("submitArray", fault("unavailable", "Unable to contact slurm controller"));
  t.match([...(await send()).values()], [{ how: "failed", error: { code: "unavailable" } }]);
  t.strictSame(readParts(array), []);
  t.strictSame(states(), ["planned", "planned", "planned"]);
  fake.faults.set("submitArray", fault("tempfail", "Socket timed out"));
  t.match([...(await send()).values()], [{ how: "failed", error: { code: "tempfail", message: /not known yet/ } }]);
  t.strictSame(states(), ["submitted", "submitted", "submitted"]);
  t.match(facts(0).submissions[1]?.intent, { by: "submit" });
  fake.faults.clear();
  t.match([...(await send()).values()], [{ how: "failed", error: { code: "tempfail", message: /has begun/ } }]);
  t.equal(fake.parts.length, 0, "nobody sends them a second time");
  t.equal(registry.user, facts(0).submissions[1]?.intent?.user);
});

t.test("a part that timed out is found by what its job says of itself", async (t) => {
  const { send, fake, facts } = await setUp(t, 2);
  fake.faults.set("submitArray", fault("tempfail", "Socket timed out"));
  fake.found = [{ run: id, view: { job: "77_0", phase: "pending" } }];
  t.strictSame(how(await send()), ["submitted", "submitted"]);
  t.match(facts(1).submissions[1], { receipt: { job: "77_1", says: /found by its comment/ } });
});

t.test("a part that timed out is not taken for another that nobody wrote down", async (t) => {
  const { send, fake, facts, elements, registry, array } = await setUp(t, 4);
  linkPart(registry, array, [0, 1], { by: "submit", last: 0 });
  fake.faults.set("submitArray", fault("tempfail", "Socket timed out"));
  fake.found = [
    { run: id, view: { job: "75_0", phase: "pending" } },
    { run: id, part: 1, view: { job: "76", phase: "pending" } },
    { run: id, part: 2, view: { job: "77_2", phase: "pending" } },
  ];
  t.strictSame(how(await send(9, elements.slice(2))), ["submitted", "submitted"]);
  t.match(facts(3).submissions[1], { receipt: { job: "77_3" } });
  t.equal(facts(0).submissions[1]?.receipt, undefined);
});

t.test("the number of a part that was taken back is taken again", async (t) => {
  const { send, fake, array, facts, elements } = await setUp(t, 4);
  fake.faults.set("submitArray", fault("unavailable", "Unable to contact slurm controller"));
  await send();
  fake.faults.clear();
  t.strictSame(how(await send(2, elements.slice(2))), ["submitted", "submitted"]);
  t.match(fake.parts, [{ part: 1, indices: "2-3" }]);
  t.strictSame(
    readParts(array).map(({ part, receipt }) => [part, receipt?.job]),
    [[1, "101"]],
  );
  t.equal(facts(0).submissions[1]?.intent, undefined);
});

t.test("those that were given up, cancelled or are in another's part are left out", async (t) => {
  const { send, parts, registry, elements, array, states, facts } = await setUp(t, 5);
  const [first, second] = elements as [Element, Element];
  linkIntent(registry, first.disk.dir, first.run.id, 2, "cancel", true);
  writeRequest(registry, second.disk.dir, "cancel", second.run.id, undefined);
  linkPart(registry, array, [4], { by: "submit", last: 0 });
  const said = await send();
  t.strictSame(
    elements.map((element) => said.get(element)?.how),
    ["failed", "failed", "submitted", "submitted", "failed"],
  );
  t.strictSame(parts(), ["2-3"]);
  t.strictSame(states(), ["cancelled", "planned", "submitted", "submitted", "submitted"]);
  t.equal(facts(1).submissions[1]?.intent, undefined, "no part holds it");
});
