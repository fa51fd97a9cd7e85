// lab-units against systems of several kinds: fakes of the programs that speak to systemd and cron.
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { type Result, records, type Sandbox, sandbox } from "../support/sandbox.js";

t.setTimeout(300_000);

interface System {
  box: Sandbox;
  lab(...words: string[]): Promise<Result & { records: Record<string, unknown>[] }>;
  /** What systemctl was asked to do since the last time. */
  asked(): string[];
  set(name: string, text: string): void;
  file(name: string): string;
}

const programs: Record<string, string> = {
  systemctl: `[ "$2" = is-system-running ] && { cat manager; [ "$(cat manager)" = running ]; exit; }
echo "$*" >>asked
[ "$2" = show ] && { echo "ActiveState=$(cat active)"; echo SubState=x; echo "Result=$(cat result)"; }
exit 0`,
  loginctl: "cat linger",
  journalctl: 'echo "$*" >>asked; echo one; echo two',
  crontab: `case $1 in
  -l) if [ -e crontab ]; then cat crontab; else echo "no crontab for me" >&2; exit 1; fi ;;
  -) cat >crontab ;;
esac`,
};

async function system(t: Test, manager: string): Promise<System> {
  const box = await sandbox({ name: "units", kind: "slurm" });
  t.teardown(() => box.remove());
  const [bin, state] = ["bin", "state"].map((name) => path.join(box.dir, name)) as [string, string];
  fs.mkdirSync(bin);
  fs.mkdirSync(state);
  const set = (name: string, text: string) => fs.writeFileSync(path.join(state, name), text);
  for (const [name, body] of Object.entries(programs))
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\ncd "${state}" || exit 9\n${body}\n`, { mode: 0o755 });
  for (const [name, text] of Object.entries({ manager, active: "active", result: "success", linger: "no", asked: "" }))
    set(name, `${text}\n`);
  return {
    box,
    set,
    async lab(...words) {
      const result = await box.run(["lab-units", "--json", ...words], {
        env: { PATH: `${bin}:${box.env["PATH"]}`, SLURM_CONF: "/etc/slurm.conf" },
      });
      return { ...result, records: records(result.stdout) };
    },
    asked() {
      const lines = fs.readFileSync(path.join(state, "asked"), "utf8").split("\n").filter(Boolean);
      set("asked", "");
      return lines;
    },
    file: (name) => path.join(state, name),
  };
}

t.test("systemd: installed, looked at, changed to the other form, removed", async (t) => {
  const { box, lab, asked, set } = await system(t, "running");
  const units = path.join(box.home, ".config/systemd/user");
  const there = () => (fs.existsSync(units) ? fs.readdirSync(units).sort() : []);
  t.match(await lab("status"), {
    code: 1,
    records: [{ ok: false, message: "is not installed" }, { name: "heartbeat" }],
  });
  const shown = await lab("install", "-n");
  t.equal(shown.code, 0);
  t.strictSame(there(), [], "a dry run writes nothing");
  asked();
  const first = await lab("install");
  t.match(first, {
    code: 0,
    records: [
      { name: "lab-agent-test.service", ok: true },
      { name: "linger", ok: false, severity: "warning", hint: /enable-linger/ },
    ],
  });
  t.strictSame(there(), ["lab-agent-test.service"]);
  const text = fs.readFileSync(path.join(units, "lab-agent-test.service"), "utf8");
  t.equal(shown.records.map((record) => `${record["text"]}\n`).join(""), text);
  t.match(text, `Environment="LAB_CLUSTER=${box.cluster}"`);
  t.match(text, 'Environment="SLURM_CONF=/etc/slurm.conf"');
  const agent = /ExecStart="(.*)" --loop/.exec(text)?.[1] ?? "";
  t.match((await box.run([agent, "--version"])).stdout, /^lab-agent /, "what it starts is there");
  const service = ["enable", "restart"].map((verb) => `--user ${verb} lab-agent-test.service`);
  t.strictSame(asked(), ["--user daemon-reload", ...service]);
  t.equal((await lab("install")).code, 0, "it can be repeated");
  set("linger", "yes\n");
  t.match((await lab("status")).records, [{ message: "active (x)" }, { name: "linger", ok: true }, { ok: false }]);
  t.equal((await box.run(["lab-agent", "-q"])).code, 0);
  t.match(await lab("status"), { code: 0, records: { length: 3 } }, "and all is well once the agent was heard of");
  set("active", "failed\n");
  set("result", "exit-code\n");
  const failed = await lab("status");
  t.match(failed, { code: 1, records: [{ ok: false, message: "failed (x): exit-code", hint: /lab units logs/ }] });
  asked();
  t.match(await lab("restart"), { code: 0, records: [{ message: "restarted" }] });
  t.match(asked(), ["--user daemon-reload", /reset-failed/, "--user restart lab-agent-test.service"]);
  t.match((await lab("logs", "--lines", "7")).records, [{ type: "line", text: "one" }, { text: "two" }]);
  t.match(asked(), ["--user --unit=lab-agent-test.service --lines=7 --no-pager --quiet"]);
  t.equal((await lab("--with", "timer", "install")).code, 0);
  t.strictSame(there(), ["lab-agent-test.service", "lab-agent-test.timer"]);
  t.match(asked(), [/disable --now lab-agent-test.service/, /reload/, /reload/, /enable .*timer/, /restart .*timer/]);
  t.match(await lab("remove"), { code: 0, records: [{ message: "removed" }, { message: "removed" }] });
  t.strictSame(there(), []);
  t.match(await lab("remove"), { code: 0, records: [{ message: "is not installed" }] });
  fs.writeFileSync(path.join(units, "lab-agent-test.service"), "[Unit]\nDescription=mine\n");
  for (const verb of ["install", "remove"])
    t.match(await lab(verb), { code: 73 }, `${verb} leaves alone what is not ours`);
  t.strictSame(there(), ["lab-agent-test.service"]);
});

t.test("cron, where there is no user manager: one block among the lines of others", async (t) => {
  const { lab, set, file } = await system(t, "offline");
  const crontab = () => (fs.existsSync(file("crontab")) ? fs.readFileSync(file("crontab"), "utf8") : undefined);
  t.match(await lab("status"), { code: 1, records: [{ message: "is not installed" }, {}] });
  t.equal(crontab(), undefined);
  t.equal((await lab("install")).code, 0);
  t.match(
    crontab(),
    /^# lab agent for test \{\n\* \* \* \* \* .*lab-agent.* --due --quiet >>.*\n# \} lab agent for test\n$/,
  );
  const alone = crontab();
  set("crontab", `0 4 * * * backup${"\n"}${alone}MAILTO=me\n`);
  t.equal((await lab("install")).code, 0);
  t.equal(crontab(), `0 4 * * * backup\nMAILTO=me\n${alone}`, "once");
  t.match((await lab("status")).records, [{ ok: true, message: "installed" }, {}]);
  t.match((await lab("restart")).records, [{ ok: true, message: /nothing to restart/ }]);
  t.match(await lab("logs"), { code: 0, stdout: "" });
  set("crontab", String(crontab()).replace("--due", "--loop"));
  t.match((await lab("status")).records, [{ ok: false, message: /was changed/ }, {}]);
  t.equal((await lab("remove")).code, 0);
  t.equal(crontab(), "0 4 * * * backup\nMAILTO=me\n");
});

t.test("neither: what to do instead", async (t) => {
  const box = await sandbox({ name: "units" });
  t.teardown(() => box.remove());
  const bare = path.join(box.dir, "bin");
  fs.mkdirSync(bare);
  for (const name of ["node", "env", "sh"])
    fs.symlinkSync((await box.run(["sh", "-c", `command -v ${name}`])).stdout.trim(), path.join(bare, name));
  const lab = (await box.run(["sh", "-c", "command -v lab-units"])).stdout.trim();
  const { code, stderr } = await box.run([lab, "install"], { env: { PATH: bare } });
  t.equal(code, 69);
  t.match(stderr, /neither systemd for users nor cron is here \(lab agent --loop, in tmux or screen, does the same\)/);
});
