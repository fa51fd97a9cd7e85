// Every literal block under EXAMPLES is run as it stands: those of one page one after the other, in a place of its own.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { needs } from "../support/needs.js";
import { literals, pages, sections } from "./pages.js";
import { type Place, place } from "./place.js";

if (!needs(t, "git", "python3", "rsync")) process.exit();

/** What a page's examples find, beside the project. */
const beforehand: Record<string, string> = {
  "lab-fetch-artifact.1": `mkdir digits && seq 0 9 >digits/train.txt
lab init -q --yes --root "$PWD/hpc2" --scheduler local --name hpc2 --output hpc2.toml
lab register-external -q --cluster hpc2.toml digits --alias digits
printf '[remote]\\nssh_alias = "hpc2"\\n' >>hpc2.toml`,
};

/** The tutorial begins with a person who has no configuration yet. */
const fromNothing = new Set(["lab.7", "lab-cluster.5"]);

t.test("what the manual shows works", async (t) => {
  t.setTimeout(600_000);
  const here: Place = await place("manual");
  t.teardown(() => here.remove());
  await t.test("there are runs to look at", async (t) => {
    t.equal((await here.run(["lab", "run", "-w", "train.toml"])).code, 0);
    t.equal(
      (await here.run(["lab", "run", "-w", "--name", "diverged", "--set", "params.lr=-1", "train.toml"])).code,
      1,
    );
  });
  for (const page of pages()) {
    const blocks = literals(sections(page).get("EXAMPLES") ?? "");
    await t.test(page.file, async (t) => {
      t.ok(blocks.length > 0, "it has examples");
      const own = here.fresh(page.file, { configured: !fromNothing.has(page.file) });
      const { [page.file]: prepare = "" } = beforehand;
      t.equal((await own.script(prepare)).code, 0);
      for (const [i, script] of blocks.entries()) {
        const { code, stdout, stderr } = await own.script(script);
        t.equal(code, 0, `example ${i + 1}\n${script}${stdout.slice(-2000)}${stderr.slice(-2000)}`);
        if (code !== 0) break;
      }
    });
  }
});

t.test("a broken example would be noticed", async (t) => {
  const here = await place("broken");
  t.teardown(() => here.remove());
  const own = here.fresh("broken");
  for (const script of [
    "lab no-such-command\n",
    "lab ls --no-such-option\n",
    "false\ntrue\n",
    "lab show nobody | cat\n",
  ])
    t.not((await own.script(script)).code, 0, script);
  t.ok(fs.existsSync(path.join(own.dir, "train.toml")), "examples run where there is something to run");
});
