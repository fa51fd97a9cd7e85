// The script of an array, run by plain bash: which element it is, and that each is a run like any other.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { renderArrayScript, renderValues } from "../../../lib/job/render-array.js";
import { indexText, valuesText } from "../../../lib/record/array.js";
import type { JobContext } from "../../../lib/record/facts.js";
import { type JobPlace, jobPlace } from "../../support/job.js";
import { needs } from "../../support/needs.js";

const id = "20261121-120000-00aaaa";

interface ArrayPlace {
  dir: string;
  script: string;
  elements: JobPlace[];
  /** What a job of the array, or a person, starts. */
  start(index: number | undefined, env?: Record<string, string>, argv?: string[]): ReturnType<JobPlace["start"]>;
  part(n: number, files: Record<string, object>): void;
}

function arrayPlace(t: { teardown(act: () => void): void }, commands: string[], one_job?: number): ArrayPlace {
  const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "lab array 100% 'é "));
  t.teardown(() => fs.rmSync(base, { recursive: true, force: true }));
  const elements = commands.map((command, index) => {
    const array = { id, index };
    const place = jobPlace({ parent: base, command: ["sh", "-c", command], context: { array } });
    const context = place.left("submit-1/context.json") as unknown as JobContext;
    const values = renderValues(
      { siteEnv: {}, modules: [], fingerprints: {}, context },
      `{"point":"it's ${index}\\n"}\n`,
    );
    for (const file of [place.script, context.params]) fs.rmSync(file);
    return Object.assign(place, { values });
  });
  const dir = path.join(base, "arrays", os.userInfo().username, id);
  fs.mkdirSync(dir, { recursive: true });
  const { text: values, places } = valuesText(elements.map((one) => one.values));
  fs.writeFileSync(path.join(dir, "values"), values);
  const { text, width } = indexText(
    elements.map(({ run }, i) => ({ run, submission: 1, values: places[i] as (typeof places)[number] })),
  );
  fs.writeFileSync(path.join(dir, "index"), text);
  const of = elements.length;
  const about = { directives: [], id, name: "grid", dir, runs: path.join(base, "runs"), of, width };
  const script = path.join(dir, "script.sh");
  fs.writeFileSync(script, renderArrayScript({ ...about, ...(one_job === undefined ? {} : { one_job }) }));
  return {
    dir,
    script,
    elements,
    start: (index, env = {}, argv = []) =>
      (elements[0] as JobPlace).start(
        {
          LAB_LOCAL_JOB_ID: "",
          ...(index === undefined ? {} : { SLURM_ARRAY_TASK_ID: String(index) }),
          ...env,
        },
        ["bash", script, ...argv],
      ),
    part(n, files) {
      fs.mkdirSync(path.join(dir, `part-${n}`));
      for (const [name, record] of Object.entries(files))
        fs.writeFileSync(
          path.join(dir, `part-${n}`, `${name}.json`),
          JSON.stringify({ array: id, part: n, ...record }),
        );
    },
  };
}

const slurm = (job: number, index: number) => ({ SLURM_JOB_ID: String(job + index), SLURM_ARRAY_JOB_ID: String(job) });
const exitOf = ({ elements }: ArrayPlace, index: number, n = 1) =>
  elements[index]?.left(`attempt-${n}/exit.json`) as Record<string, unknown> | undefined;
const startOf = ({ elements }: ArrayPlace, index: number, n = 1) =>
  elements[index]?.left(`attempt-${n}/start.json`) as Record<string, unknown> | undefined;

t.test("each element is a run of its own, with its own log, attempt and exit", async (t) => {
  const says = 'echo "$LAB_ARRAY_INDEX of $LAB_ARRAY_ID is $LAB_RUN_ID"; cat "$LAB_PARAMS"';
  const place = arrayPlace(t, ["exit 3", says, "true"]);
  place.part(1, { intent: { indices: "0-1" }, receipt: { job: "70" } });
  const codes = await Promise.all([0, 1].map(async (index) => (await place.start(index, slurm(70, index))).code));
  t.strictSame(codes, [3, 0]);
  t.match(exitOf(place, 0), { reason: "command", code: 3 });
  t.match(exitOf(place, 1), { reason: "command", code: 0, run: place.elements[1]?.run });
  t.equal(
    place.elements[1]?.text("attempt-1/job.log"),
    `1 of ${id} is ${place.elements[1]?.run}\n{"point":"it's 1\\n"}\n`,
  );
  t.match(startOf(place, 1), { job: "70_1", scheduler: "slurm", submission: 1 });
  t.match(place.elements[1]?.left("submit-1/intent.json"), { by: "job" }, "from now on nobody can give it up");
  t.notOk(startOf(place, 2), "the other was not started");
});

t.test("what does not say which element it is, or is not whole, starts nothing", async (t) => {
  const place = arrayPlace(t, ["true", "true", "true", "true"]);
  const said = async (index: number | undefined) => {
    const { code, stderr } = await place.start(index);
    return [code, /^lab: array \S+: (.*); nothing was started$/.exec(stderr.trim())?.[1]?.replaceAll(place.dir, "DIR")];
  };
  t.match(await said(undefined), [64, /which element is it to be\? sbatch --array=INDEX/]);
  t.strictSame(await said(4), [64, "it has no element 4"]);
  const values = path.join(place.dir, "values");
  const whole = fs.readFileSync(values, "utf8");
  fs.writeFileSync(values, whole.replaceAll(place.elements[1]?.run ?? "", place.elements[0]?.run ?? ""));
  t.match(await said(1), [65, /is not of run \S+, or not whole/]);
  fs.writeFileSync(values, whole.slice(0, -5));
  t.match(await said(3), [65, /is not of run \S+, or not whole/]);
  const holed = Buffer.from(whole);
  const hole = holed.indexOf("lab_params=");
  t.not(hole, -1);
  fs.writeFileSync(values, holed.fill(0, hole, hole + 40));
  t.match(await said(0), [65, /is not of run \S+, or not whole/], "zeros, which never reached the disk");
  fs.renameSync(values, `${values}.other`);
  fs.symlinkSync(`${values}.other`, values);
  t.match(await said(2), [66, /is no file of yours/]);
  const index = path.join(place.dir, "index");
  fs.writeFileSync(
    index,
    fs.readFileSync(index, "utf8").replace(place.elements[3]?.run ?? "", "../../../../etc/passwd"),
  );
  t.match(await said(3), [66, /cannot read element 3 in 'DIR\/index'/]);
  t.ok(place.elements.every(({ left }) => left("attempt-1/start.json") === undefined));
});

t.test("the fence: an element is one job's, by its part, and by hand by its own intent", async (t) => {
  const place = arrayPlace(t, ["true", "true", "true", "true", "true"]);
  place.part(1, { intent: { indices: "0-2" }, refusal: { message: "no" } });
  place.part(2, { intent: { indices: "0,2" }, receipt: { job: "80" } });
  await place.start(0, slurm(90, 0));
  t.match(exitOf(place, 0), { reason: "superseded", message: "submission 1 is job 80_0" });
  t.equal((await place.start(0, slurm(80, 0))).code, 0, "the one of the receipt begins all the same");
  t.equal((await place.start(1, slurm(90, 1))).code, 0, "by hand, of a part that was refused");
  t.match(place.elements[1]?.left("submit-1/intent.json"), { by: "job", run: place.elements[1]?.run });
  await place.start(1, slurm(91, 1));
  t.match(exitOf(place, 1, 2), { reason: "superseded" }, "and by hand once more");
  const lab = (index: number) => place.elements[index]?.lab ?? "";
  fs.writeFileSync(path.join(lab(3), "submit-1/intent.json"), '{"token":"x","void":true}');
  await place.start(3, slurm(90, 3));
  t.match(exitOf(place, 3), { reason: "superseded", message: /given up/ });
  // Sent again since, in another array.
  fs.mkdirSync(path.join(lab(4), "submit-2"));
  const other = { id: "20261121-130000-00bbbb", index: 7 };
  const context = JSON.stringify({ run: place.elements[4]?.run, env: { array: "{" }, array: other }, undefined, 2);
  fs.writeFileSync(path.join(lab(4), "submit-2/context.json"), context);
  const part = path.join(place.dir, "..", other.id, "part-1");
  fs.mkdirSync(part, { recursive: true });
  fs.writeFileSync(path.join(part, "intent.json"), '{"indices":"3-6,8"}');
  t.equal((await place.start(4, { ...slurm(90, 4) })).code, 0, "that part does not hold it");
  fs.rmSync(path.join(lab(4), "attempt-1"), { recursive: true });
  fs.writeFileSync(path.join(part, "intent.json"), '{"indices":"3-7"}');
  await place.start(4, { ...slurm(90, 4) });
  t.match(exitOf(place, 4), { reason: "superseded", message: "submission 2 came after submission 1" });
});

t.test("many in one job: so many at a time, none ends another, and what has ended is not started again", async (t) => {
  const mark = 'mkdir "$LAB_RUN_DIR/../at-$LAB_ARRAY_INDEX"; ls -d "$LAB_RUN_DIR"/../at-* | wc -l; ';
  const wait =
    'for i in $(seq 600); do [ -e "$LAB_RUN_DIR/../at-0" ] && [ -e "$LAB_RUN_DIR/../at-1" ] && exit; sleep 0.1; done; exit 9';
  const place = arrayPlace(t, [mark + wait, `${mark + wait.replace("&& exit;", "&& exit 5;")}`, mark, mark], 2);
  place.part(1, { intent: { indices: "0-2" }, receipt: { job: "60", one_job: true } });
  const job = { SLURM_JOB_ID: "60" };
  const { code, stderr } = await place.start(undefined, job, ["0-2"]);
  t.equal(code, 0, stderr);
  t.strictSame(
    [0, 1, 2].map((index) => exitOf(place, index)?.["code"]),
    [0, 5, 0],
  );
  t.match(startOf(place, 1), { job: "60" }, "each is of the one job");
  t.notOk(startOf(place, 3), "which was not sent");
  t.equal((await place.start(undefined, job, ["0-2"])).code, 0);
  t.ok(
    [0, 1, 2].every((index) => !startOf(place, index, 2)),
    "started again, it has nothing to do",
  );
  t.equal((await place.start(undefined, job, ["0-x"])).code, 64);
});

t.test("an end that is asked for reaches all that runs, and the next start goes on with these", async (t) => {
  const place = arrayPlace(t, ["true", '[ "$LAB_ATTEMPT" = 2 ] || sleep 600', "true"], 1);
  const job = { SLURM_JOB_ID: "61" };
  const running = place.start(undefined, job) as ReturnType<JobPlace["start"]> & { child: { pid: number } };
  const log = path.join(place.elements[1]?.lab ?? "", "attempt-1/beat");
  for (let i = 0; i < 600 && !fs.existsSync(log); i += 1) await new Promise((go) => setTimeout(go, 100));
  process.kill(running.child.pid, "SIGTERM");
  t.equal((await running).code, 1, "not all have ended");
  t.match(exitOf(place, 1), { reason: "signal", asked: "SIGTERM" });
  t.notOk(startOf(place, 2), "nothing was begun after it");
  t.equal((await place.start(undefined, job)).code, 0);
  t.strictSame([exitOf(place, 1, 2)?.["code"], exitOf(place, 2)?.["code"]], [0, 0]);
  t.notOk(startOf(place, 0, 2));
});

t.test("the scripts are clean to bash -n and shellcheck", async (t) => {
  for (const one_job of [undefined, 2]) {
    const { script, dir } = arrayPlace(t, ["true"], one_job);
    const values = path.join(dir, "values");
    for (const file of [script, values]) t.equal(spawnSync("bash", ["-n", file]).status, 0);
    if (!needs(t, "shellcheck")) return;
    const { status, stdout } = spawnSync("shellcheck", [script], { encoding: "utf8" });
    t.equal(status, 0, stdout);
  }
});
