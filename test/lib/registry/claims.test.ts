import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { Fault } from "../../../lib/record/fault.js";
import { generationsOf, highestEpoch, holderOf, linkClaim, linkGo, ownKey } from "../../../lib/registry/claims.js";
import { claimStem } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { isRoot, smallRegistry } from "./support.js";

const key = `sha256:${"ab".repeat(32)}`;
const slot = { key, epoch: "1" };
const [first, second] = ["20260101-000000-aaaaaa", "20260101-000000-bbbbbb"] as const;

function place(t: Test): Registry {
  const registry = smallRegistry(t);
  fs.mkdirSync(path.join(registry.base, "runs", registry.user));
  fs.mkdirSync(path.dirname(claimStem(registry.base, slot)), { recursive: true });
  return registry;
}

function plant(registry: Registry, generation: number, text: string, uid?: number): void {
  const file = `${claimStem(registry.base, slot)}.${generation}.json`;
  fs.writeFileSync(file, text);
  if (uid !== undefined) fs.chownSync(file, uid, uid);
}

t.test("who is first has the generation; who is first has decided about it", async (t) => {
  const registry = place(t);
  t.same(generationsOf(registry, slot), []);
  t.equal(holderOf([]), undefined);
  t.equal(linkClaim(registry, slot, 1, { run: first }), "made");
  t.equal(linkClaim(registry, slot, 1, { run: second }), "exists");
  const [one] = generationsOf(registry, slot);
  t.match(one, { generation: 1, claim: { run: first, user: registry.user, key, epoch: "1" } });
  t.equal(one?.seal, undefined);
  t.ok(Math.abs(Date.now() - (one?.at ?? 0)) < 60_000);
  t.match(linkGo(registry, slot, 1, { run: first, submission: 1, by: "submit" }), { seal: "go", ours: true });
  t.match(linkGo(registry, slot, 1, { run: first, by: "cache", void: true }), { seal: "go", ours: false });
  t.match(
    linkGo(registry, slot, 1, { run: first, submission: 1, by: "submit" }),
    { seal: "go", ours: true },
    "tried again it is still this submission's",
  );
  t.match(linkGo(registry, slot, 1, { run: first, submission: 2, by: "submit" }), { seal: "go", ours: false });
  t.equal(holderOf(generationsOf(registry, slot))?.claim.run, first);
});

t.test("a generation that is void holds nothing, and the one below it does", async (t) => {
  const registry = place(t);
  linkClaim(registry, slot, 1, { run: first });
  linkGo(registry, slot, 1, { run: first, submission: 1, by: "submit" });
  linkClaim(registry, slot, 2, { run: second });
  t.equal(holderOf(generationsOf(registry, slot))?.generation, 2);
  t.match(linkGo(registry, slot, 2, { run: second, by: "cache", void: true }), { seal: "void", ours: true });
  t.match(linkGo(registry, slot, 2, { run: second, submission: 1, by: "submit" }), { seal: "void", ours: false });
  t.equal(holderOf(generationsOf(registry, slot))?.generation, 1);
});

t.test("what claims in another's name, or is no claim, claims nothing, and its number is taken", async (t) => {
  const registry = place(t);
  plant(registry, 1, "{}");
  plant(registry, 2, "\0".repeat(70_000));
  fs.mkdirSync(`${claimStem(registry.base, slot)}.3.json`);
  linkClaim(registry, slot, 4, { run: first });
  const told: Fault[] = [];
  const found = generationsOf(registry, slot, (error) => told.push(error));
  t.same(
    found.map(({ generation, claim }) => [generation, claim?.run]),
    [
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [4, first],
    ],
  );
  t.equal(told.length, 3);
  fs.copyFileSync(`${claimStem(registry.base, slot)}.4.json`, `${claimStem(registry.base, slot)}.5.json`);
  t.equal(holderOf(generationsOf(registry, slot))?.generation, 4, "a copy under another number is no claim");
  plant(registry, 5000, "{}");
  t.equal(generationsOf(registry, slot).length, 5, "nor does the highest number there is end the chain");
});

t.test("another's file is hers, whatever it says", { skip: isRoot ? false : "needs root" }, async (t) => {
  const registry = place(t);
  linkClaim(registry, slot, 1, { run: first });
  const file = `${claimStem(registry.base, slot)}.1.json`;
  fs.chownSync(file, 12345, 12345);
  t.equal(generationsOf(registry, slot)[0]?.claim, undefined);
  fs.chownSync(file, registry.uid, 0);
  linkGo(registry, slot, 1, { run: first, submission: 1, by: "submit" });
  fs.chownSync(`${claimStem(registry.base, slot)}.1.go.json`, 12345, 12345);
  t.equal(generationsOf(registry, slot)[0]?.seal, "void", "nobody else can say that its job may begin");
});

t.test("the highest epoch is one in which somebody who counts claims", async (t) => {
  const registry = place(t);
  const all = () => true;
  t.equal(highestEpoch(registry, key, all), 1);
  linkClaim(registry, slot, 1, { run: first });
  linkClaim(registry, { key, epoch: "3" }, 1, { run: second });
  plant(registry, 1, "{}");
  t.equal(highestEpoch(registry, key, all), 3);
  t.equal(
    highestEpoch(registry, key, ({ run }) => run !== second),
    1,
  );
  t.not(ownKey(key, 1), ownKey(key, 2));
});
