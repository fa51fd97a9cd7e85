import t from "tap";
import { renderScript, type ScriptInput } from "../../../lib/job/render.js";

const context: ScriptInput["context"] = {
  type: "context",
  v: 1,
  run: "20260102-030405-abc123",
  submission: 2,
  registry: "r",
  run_dir: "/lab/runs/me/20260102-030405-abc123",
  name: "train",
  user: "me",
  snapshot: { digest: `sha256:${"0".repeat(64)}`, tar: "/lab/s.tar" },
  workdir: ".",
  command: ["python", "train.py", "it's"],
  env: {},
  pass: [],
  params: "/lab/params.json",
  inputs: [],
  outputs: [],
  at: "2026-01-02T03:04:05Z",
};
const render = (more: Partial<ScriptInput> = {}, about: Partial<ScriptInput["context"]> = {}) =>
  renderScript({
    directives: [],
    siteEnv: {},
    modules: [],
    fingerprints: {},
    ...more,
    context: { ...context, ...about },
  });

t.test("directives come first, then what it is and how to submit it by hand, then values", async (t) => {
  const lines = render({ directives: ["#SBATCH --mem=1G", "#SBATCH hetjob"] }).split("\n");
  t.same(lines.slice(0, 3), ["#!/bin/bash", "#SBATCH --mem=1G", "#SBATCH hetjob"]);
  t.match(lines.join("\n"), "#   sbatch /lab/runs/me/20260102-030405-abc123/.lab/submit-2/script.sh\n");
  t.match(lines.join("\n"), "lab_command=(python train.py 'it'\\''s')\n");
  t.equal(lines.at(-2), 'lab_main "${@:2}"');
});

t.test("no value can become a line of its own", async (t) => {
  const script = render({}, { command: ["x", "a\n#SBATCH --uid=0\nrm -rf /"], env: { A: "b\nLAB_PY_ENDS_HERE\nc" } });
  t.notMatch(script, /^#SBATCH/m);
  t.notMatch(script, /^rm/m);
  t.equal(script.match(/^LAB_PY_ENDS_HERE$/gm)?.length, 1);
});

t.test("what no script can say is refused", async (t) => {
  for (const name of ["a-b", "1a", "", "lab_run", "UID", "A B", "é"]) {
    const refused = { code: "dataerr", message: `cannot give the job the variable '${name}'` };
    t.throws(() => render({ siteEnv: { [name]: "" } }), refused);
    t.throws(() => render({}, { env: { [name]: "" } }), refused);
    t.throws(() => render({}, { pass: [name] }), refused);
  }
  t.throws(() => render({ directives: ["#SBATCH --a\n#SBATCH --b"] }), { code: "dataerr" });
  t.throws(() => render({ directives: ["--mem=1G"] }), { code: "dataerr" });
  t.throws(() => render({}, { command: ["a\0"] }), { code: "dataerr" });
  const output = (role: string) => ({ role, type: "file", path: `/o/${role}`, digest: "none", stream: false });
  t.throws(() => render({}, { outputs: [output("a-b"), output("a_b")] }), { message: /both called A_B/ });
});
