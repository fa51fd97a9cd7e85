// What a person sees: through a terminal of script(1), as wide as one says.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { places } from "../support/golden.js";
import { needs } from "../support/needs.js";
import { records } from "../support/sandbox.js";

if (!needs(t, "script")) process.exit();
t.setTimeout(600_000);
const made = places();
t.teardown(() => made.remove());
const place = await made.history();
t.teardown(() => place.remove());
const work = path.join(place.dir, "work");
const esc = "\u001b";

/** What a terminal shows of a command of sh. Line ends as the program wrote them; TERM and colours as on a usual one. */
async function seen(script: string, { columns = 100, env = {}, input = "" } = {}) {
  const { code, stdout } = await place.run(
    ["script", "-qefc", `stty cols ${columns} rows 40 -echo; ${script}`, "/dev/null"],
    {
      cwd: work,
      env: { TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
      input,
    },
  );
  return { code, text: stdout.replaceAll("\r\n", "\n") };
}

t.test("a table on a terminal, records into a pipe", async (t) => {
  const { code, text } = await seen("lab-ls --columns name,state,mode");
  t.equal(code, 0);
  const dim = (word: string) => `${esc}[2m${word}${esc}[0m`;
  t.equal(
    text,
    `${dim("name")}  ${dim("state")}      ${dim("mode")}
idle  ${esc}[2mplanned${esc}[0m
bad   ${esc}[31mfailed${esc}[0m     code_error
good  ${esc}[32msucceeded${esc}[0m
`,
  );
  const piped = await seen("lab-ls | cat");
  t.equal(records(piped.text).length, 3, "also inside a terminal");
  t.strictSame(records((await seen("lab-ls --json")).text).length, 3);
  t.equal((await seen("lab-ls -q --limit 1")).text.length, 23);
  t.match((await seen("lab-ls --no-header --columns name")).text, /^idle\nbad\ngood\n$/);
});

t.test("an empty list says so to a person, and nothing to a program", async (t) => {
  t.equal((await seen("lab-ls --name nowhere")).text, "lab-ls: no runs\n");
  t.equal((await seen("lab-artifacts --kind nothing")).text, "lab-artifacts: no artifacts\n");
  t.match((await seen("lab-queue --me --running")).text, /^lab-queue: nothing of yours runs\n$/);
  t.equal((await seen("lab-ls --name nowhere | cat")).text, "");
});

t.test("no colours where they are not wanted", async (t) => {
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    const { text } = await seen("lab-ls; lab-show @last:good; lab-why @last:bad; lab-log @last:bad", { env });
    t.notMatch(text, esc, JSON.stringify(env));
    t.match(text, "good");
  }
  const { text } = await seen("lab-ls", { env: { NO_COLOR: "" } });
  t.match(text, esc, "an empty NO_COLOR says nothing (no-color.org)");
});

t.test("no line is wider than the terminal", async (t) => {
  const widest = ({ text }: { text: string }) => Math.max(...text.split("\n").map((line) => line.length));
  const env = { NO_COLOR: "1" };
  for (const columns of [70, 80, 100]) {
    const width = widest(await seen("lab-ls; lab-events --since 2026-11-20", { columns, env }));
    t.ok(width <= columns, `${width} in ${columns}`);
  }
  const wide = await seen("lab-ls --columns id,name,run_dir,run_dir", { columns: 1000, env });
  t.ok(widest(wide) > 100);
  const unknown = await seen("lab-ls --columns id,name,run_dir,run_dir", { columns: 0, env });
  t.equal(unknown.text, wide.text, "a terminal that does not know its width cuts nothing");
});

t.test("a card, a reason, a log, a list of commands", async (t) => {
  const env = { NO_COLOR: "1" };
  t.match((await seen("lab-show @last:good", { env })).text, /^good {2}\d{8}-.*\n {2}state +succeeded\n/);
  t.match(
    (await seen("lab-why @last:bad", { env })).text,
    /failed \(code_error\): exit code 3\n\n {2}the log's last words\n/,
  );
  t.match((await seen("lab-log --source job @last:good", { env })).text, /^==> .* <==\none\ntwo\t\[three\]\n$/);
  t.match((await seen("lab-metrics @last:good", { env })).text, /^metric +last +step +min +max +points +curve\n/);
  t.match((await seen("lab", { env })).text, /^usage: lab COMMAND .*\n\n.*\n\nStart here\n {2}run +plan,/);
  t.match((await seen("lab-completion bash", { env })).text, /^# bash completion/);
  t.match((await seen("lab-status --since 2026-11-20", { env })).text, /^run +name +state/);
});

t.test("colours of a log pass, whatever else it says does not", async (t) => {
  const { text } = await seen("lab-log --source job --no-header @last:bad");
  t.equal(text, `Error: the ${esc}[31mdata${esc}[0m are not there\n`);
  const [run] = records((await place.run(["lab-show", "@last:bad"])).stdout);
  const log = path.join(String(run?.["run_dir"]), ".lab/attempt-1/job.log");
  fs.appendFileSync(log, `${esc}[2J${esc}]0;stolen\u0007${esc}[?1049hend\n`);
  const { text: hostile } = await seen(
    "lab-log --source job --no-header -n1 @last:bad; lab-why @last:bad --columns message,log",
  );
  t.match(hostile, /^end\n/);
  t.notMatch(hostile, /stolen|\[2J|1049/);
});

t.test("failures are said on stderr and are no rows", async (t) => {
  const { code, text } = await seen("lab-ls --bogus");
  t.equal(code, 64);
  t.equal(text, "lab-ls: unknown option '--bogus' (lab-ls --help lists the options)\n");
  const { code: none, text: nobody } = await seen("lab-show zzzzzz");
  t.equal(none, 66);
  t.equal(
    nobody,
    "lab-show: no run or artifact is called 'zzzzzz' (lab ls shows what there is; @last is your newest)\n",
  );
});

t.test("who would wait for a person to type says so", async (t) => {
  const { text, code } = await seen("lab-create --columns type", { input: '{"type":"typed"}\n\u0004' });
  t.equal(code, 0);
  t.match(text, /lab-create: reading records from the terminal; end with ctrl-d\n/);
  t.match(text, /typed/);
  t.match(await seen("lab-show"), {
    code: 64,
    text: "lab-show: which runs? (name them (@last is your newest), or pipe records in)\n",
  });
});

t.test("lab-init asks on a terminal", async (t) => {
  const init = "lab-init --root asked --name here --scheduler local --output asked/cluster.toml";
  const no = await seen(init, { input: "n\n" });
  t.equal(no.code, 64);
  t.match(no.text, /Go on\? \[y\/N\]/);
  t.notOk(fs.existsSync(path.join(work, "asked")));
  const yes = await seen(`${init} --no-agent --no-doctor`, { input: "y\n" });
  t.equal(yes.code, 0);
  t.notMatch(yes.text, /agent/);
  t.ok(fs.existsSync(path.join(work, "asked/cluster.toml")));
});

t.test("lab-init asks for what no option says, and proposes what it finds", async (t) => {
  const bin = path.join(place.dir, "found");
  fs.mkdirSync(bin);
  const slurm = {
    scontrol: "case $1 in ping) ;; show) echo 'ClusterName = elk' ;; esac",
    sinfo: "echo gpu; echo cpu; echo gpu",
    sacctmgr: "echo lab; echo lab",
    systemctl: "echo offline; exit 1",
    crontab: 'if [ "$1" = - ]; then cat >"$HOME/crontab"; else echo no crontab >&2; exit 1; fi',
  };
  for (const [name, body] of Object.entries(slurm))
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const env = {
    PATH: `${bin}:${place.env["PATH"]}`,
    LAB_CLUSTER: undefined,
    XDG_CONFIG_HOME: path.join(work, "found"),
  };
  const input = "\nfound/lab\ngpu\n\ny\nn\n";
  const { text, code } = await seen("lab-init", { env: env as unknown as Record<string, string>, input });
  t.equal(code, 0, text);
  t.match(text, "The cluster's name [elk] ");
  t.match(text, /A directory for registry and artifacts, on a file system that .* share \[.*\/lab\] /);
  t.match(text, "Partition where a recipe names none (gpu, cpu) [none] ");
  t.match(text, "Account where a recipe names none (lab) [none] ");
  t.match(text, /Go on\? \[y\/N\] [\s\S]*Shall systemd or cron start the agent/);
  const file = fs.readFileSync(path.join(work, "found/lab/cluster.toml"), "utf8");
  t.match(file, /^name = "elk"$/m);
  t.match(file, /^partition = "gpu"$/m);
  t.match(file, /^# account = /m);
  t.match(file, `runs_base = "${path.join(work, "found/lab/registry")}"`);
  const more = await seen("lab-init --no-doctor", { env: env as unknown as Record<string, string>, input: "y\ny\n" });
  t.match([more.code, more.text], [0, /a pass a minute, on this host/], "the agent can be had later");
  t.match(fs.readFileSync(path.join(place.home, "crontab"), "utf8"), / LAB_CLUSTER='.*\/found\/lab\/cluster.toml' /);
  const again = await seen("lab-init --yes", { env: env as unknown as Record<string, string> });
  t.equal(again.code, 0, "who types it again is asked nothing, and nothing changes");
  t.equal(fs.readFileSync(path.join(work, "found/lab/cluster.toml"), "utf8"), file);
});

t.test("progress on a terminal, and none elsewhere", async (t) => {
  const { text, code } = await seen("lab-wait --timeout 1s @last | cat");
  t.match(text, /\r.*is planned, 0s/);
  t.match(text, "still waiting for 1 run after 1s");
  t.equal(code, 0);
  const { stderr } = await place.run(["lab-wait", "--timeout", "1s", "@last"]);
  t.match(stderr, /^lab-wait: still waiting for 1 run after 1s\n$/m);
});
