import fs from "node:fs";
import t from "tap";
import { envelope, sealFile } from "../../../lib/registry/layout.js";
import { type Naming, nameArtifacts } from "../../../lib/verb/naming.js";
import { end, makeRun, register } from "../registry/artifact-support.js";
import { all, fakeContext } from "./fake-context.js";

const id = "20261120-201455-k7q3mz";
const plainly: Naming = { history: false, list: false, mine: true, remove: false, force: false, note: undefined };

t.test("a stream without steps: named with a warning while one may come, refused when none will", async (t) => {
  const context = fakeContext(t);
  const run = makeRun(context.given, id);
  const give = (name: string, ref: string) => all(nameArtifacts(plainly, { ...context, args: [name, ref] }));
  t.match(await give("early", "k7q3mz:checkpoint"), [{ type: "alias", name: "early" }]);
  t.match(context.said.splice(0), [/^'k7q3mz:checkpoint' has no step yet/]);
  end(run, "failed");
  fs.writeFileSync(sealFile(envelope(run.run_dir ?? "")), "{}");
  await t.rejects(give("late", "k7q3mz:checkpoint"), {
    code: "refused",
    message: "cannot name 'k7q3mz:checkpoint': its run has ended without any step",
    hint: "lab why k7q3mz",
  });
  register(context.given, run, "checkpoint", 3);
  t.match(await give("late", "k7q3mz:checkpoint"), [{ name: "late" }]);
  t.same(context.said, []);
});

t.test("a step of a name is looked at by lab show", async (t) => {
  const context = fakeContext(t);
  const look = (word: string, mine = false) => all(nameArtifacts({ ...plainly, mine }, { ...context, args: [word] }));
  const hint = "what it means: lab show best@latest";
  await t.rejects(look("best@latest"), { code: "noinput", message: "'best@latest' is no name by itself", hint });
  await t.rejects(look("bob/best@3"), { code: "noinput", hint: "what it means: lab show bob/best@3" });
});
