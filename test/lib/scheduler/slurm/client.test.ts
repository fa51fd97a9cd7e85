import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { slurmClient, slurmWords } from "../../../../lib/scheduler/slurm/client.js";
import { hasSlurm } from "../../../../lib/scheduler/slurm/detect.js";

/** Programs of these texts, by name. */
function programs(dir: string, texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const file = path.join(dir, name);
      fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      return [name, file];
    }),
  );
}

const hostile = {
  PATH: process.env["PATH"],
  HOME: "/home/a",
  NIL: "x",
  SLURM_CONF: "/etc/slurm.conf",
  SLURM_CLUSTERS: "other",
  SLURM_TIME_FORMAT: "relative",
  SBATCH_PARTITION: "p",
  SQUEUE_STATES: "PD",
  SACCT_FORMAT: "jobid",
  SCANCEL_INTERACTIVE: "1",
  SINFO_FORMAT: "x",
  LC_ALL: "de_DE",
  UNSET: undefined,
};

t.test("the environment of sbatch, which is handed on to the job", async (t) => {
  const binaries = programs(t.testdir(), { sbatch: "env; pwd" });
  const { code, stdout } = await slurmClient({ env: hostile, binaries })("sbatch", [], { cwd: "/usr" });
  t.equal(code, 0);
  const lines = stdout
    .trim()
    .split("\n")
    .filter((line) => !/^(PWD|OLDPWD|_|SHLVL)=/.test(line));
  t.same(
    lines.sort(),
    ["/usr", "HOME=/home/a", "LC_ALL=de_DE", `PATH=${process.env["PATH"]}`, "SLURM_CONF=/etc/slurm.conf"].sort(),
  );
});

t.test("the umask of sbatch, whatever the caller's is", async (t) => {
  const binaries = programs(t.testdir(), { sbatch: "echo $SLURM_UMASK", squeue: "echo $SLURM_UMASK" });
  const slurm = slurmClient({ env: { SLURM_UMASK: "0000" }, binaries, umask: "0027" });
  t.match(await slurm("sbatch", []), { stdout: "0027\n" });
  t.match(await slurm("squeue", []), { stdout: "\n" });
});

t.test("the environment of what only prints", async (t) => {
  const binaries = programs(t.testdir(), { squeue: "env" });
  const { stdout } = await slurmClient({ env: hostile, binaries })("squeue", []);
  const slurm = stdout
    .trim()
    .split("\n")
    .filter((line) => /^(SLURM|SQUEUE|SBATCH|SACCT|TZ|LC_ALL)/.test(line));
  t.same(slurm.sort(), [
    "LC_ALL=C",
    "SLURM_BITSTR_LEN=0",
    "SLURM_CONF=/etc/slurm.conf",
    "SLURM_TIME_FORMAT=%s",
    "TZ=UTC",
  ]);
});

t.test("arguments reach the program as they are", async (t) => {
  const binaries = programs(t.testdir(), { sacct: 'printf "<%s>" "$@"' });
  const argv = ["a b", "$HOME", "`x`", "", "é\u001f", "-n"];
  t.equal(
    (await slurmClient({ env: hostile, binaries })("sacct", argv)).stdout,
    argv.map((word) => `<${word}>`).join(""),
  );
});

t.test("ends that are no answer", async (t) => {
  const binaries = {
    ...programs(t.testdir(), {
      sbatch: "exec sleep 60",
      scancel: "kill -9 $$",
      sinfo: "echo out; echo err >&2; exit 7",
    }),
    squeue: "/nonexistent/squeue",
  };
  const slurm = slurmClient({ env: hostile, binaries, timeouts: { submit_s: 0.2 } });
  t.match(await slurm("sbatch", []), { end: "timeout" });
  t.match(await slurm("scancel", []), { end: "killed" });
  t.match(await slurm("squeue", []), { end: "missing" });
  t.match(await slurm("sinfo", []), { code: 7, stdout: "out\n", stderr: "err\n", end: undefined });
});

t.test("output that is read as it comes", async (t) => {
  const binaries = programs(t.testdir(), {
    squeue: 'printf \'é\'; printf \'%s\\n\' "$1" "$TZ" "$SQUEUE_STATES"; pwd; echo err >&2; exit 7',
    sacct: "kill -9 $$",
    sinfo: "echo begun; sleep 60 & wait",
  });
  const slurm = slurmClient({
    env: hostile,
    binaries: { ...binaries, scontrol: "/nonexistent" },
    timeouts: { query_s: 0.5 },
  });
  const parts: string[] = [];
  const read = (text: string) => void parts.push(text);
  const answer = await slurm("squeue", ["a b"], { cwd: "/usr", read });
  t.match(answer, { program: "squeue", code: 7, stdout: "", stderr: "err\n", end: undefined });
  t.equal(parts.splice(0).join(""), "éa b\nUTC\n\n/usr\n");
  t.match(await slurm("sacct", [], { read }), { end: "killed", code: undefined });
  t.match(await slurm("scontrol", [], { read }), { end: "missing", code: undefined });
  t.match(await slurm("sinfo", [], { read }), { end: "timeout" }, "though its child holds the output open");
  t.same(parts, ["begun\n"]);
});

t.test("sbatch is out of reach of the keyboard's interrupt", async (t) => {
  const binaries = programs(t.testdir(), { sbatch: "cut -d ' ' -f 5 /proc/$$/stat; echo $$" });
  const [group, self] = (await slurmClient({ env: hostile, binaries })("sbatch", [])).stdout.trim().split("\n");
  t.equal(group, self, "it has a process group of its own");
});

t.test("Slurm's words without its prefixes", (t) => {
  const said = (stderr: string) => slurmWords({ program: "sbatch", code: 1, stdout: "", stderr });
  t.equal(said("sbatch: error: a: b\nsbatch: error: a: b\nsbatch: fatal: c\n"), "a: b; c");
  t.equal(said("slurm_load_jobs error: Invalid job id specified\n"), "slurm_load_jobs error: Invalid job id specified");
  t.equal(said(""), "sbatch exited with 1");
  t.end();
});

t.test("Slurm is here if it is configured, up or down", async (t) => {
  const here = (scontrol: string) => hasSlurm({ env: hostile, binaries: programs(t.testdir(), { scontrol }) });
  t.equal(await here("echo 'Slurmctld(primary) at vm is UP'"), true);
  t.equal(await here("echo 'Slurmctld(primary) at vm is DOWN'; exit 1"), true);
  t.equal(await here("echo 'scontrol: fatal: Could not establish a configuration source' >&2; exit 1"), false);
  t.equal(await here("kill -9 $$"), true, "what does not answer is there");
  t.equal(await hasSlurm({ env: hostile, binaries: { scontrol: "/nonexistent" } }), false);
});
