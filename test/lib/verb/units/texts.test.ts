import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import {
  cronBlock,
  mark,
  passText,
  serviceText,
  timerText,
  type UnitOf,
  withoutBlock,
} from "../../../../lib/verb/units/texts.js";
import { needs } from "../../../support/needs.js";
import { root } from "../../../support/sandbox.js";

const elk: UnitOf = {
  name: "elk",
  agent: "/usr/local/bin/lab-agent",
  env: { PATH: "/usr/local/bin:/usr/bin:/bin", LAB_CLUSTER: "/etc/lab/cluster.toml" },
  confined: true,
};
const odd: UnitOf = {
  name: "elk",
  agent: "/bin/sh",
  env: { PATH: "/bin", LAB_CLUSTER: `/home/a b/50% "x" \\ $HOME's.toml` },
  confined: false,
};

t.test("the examples are what lab units writes", async (t) => {
  for (const [file, text] of [
    ["systemd/lab-agent-elk.service", serviceText(elk)],
    ["systemd/timer/lab-agent-elk.service", passText(elk)],
    ["systemd/timer/lab-agent-elk.timer", timerText(elk)],
    ["cron/crontab", cronBlock(elk, "/home/me/.cache/lab/elk/agent.log")],
  ] as const)
    t.equal(fs.readFileSync(path.join(root, "examples", file), "utf8"), text, file);
});

t.test("systemd finds nothing to say of them", async (t) => {
  if (!needs(t, "systemd-analyze", "man")) return;
  // Short, since other units of the machine have sockets below it.
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lab-"));
  t.teardown(() => fs.rmSync(dir, { recursive: true }));
  for (const [name, of] of Object.entries({ elk: { ...elk, agent: "/bin/sh" }, odd })) {
    for (const [kind, files] of Object.entries({
      service: { service: serviceText(of) },
      timer: { service: passText(of), timer: timerText(of) },
    })) {
      const at = path.join(dir, `${name}-${kind}`);
      fs.mkdirSync(at);
      const names = Object.entries(files).map(([end, text]) => {
        const file = path.join(at, `lab-agent-elk.${end}`);
        fs.writeFileSync(file, text);
        return file;
      });
      const env = { PATH: process.env["PATH"], HOME: dir, XDG_RUNTIME_DIR: dir, MANPATH: path.join(root, "man") };
      const verify = () => spawnSync("systemd-analyze", ["--user", "verify", ...names], { env, encoding: "utf8" });
      const { status, stderr } = verify();
      t.match([status, stderr], [0, ""], `${name} ${kind}`);
      fs.appendFileSync(names[0] ?? "", "\n[Service]\nKilMode=none\n");
      t.match(verify().stderr, /KilMode/, "a mistake would be found");
    }
  }
});

t.test("a path of any kind reaches the agent as it is", async (t) => {
  const service = serviceText(odd);
  t.match(service, `\nEnvironment="LAB_CLUSTER=/home/a b/50%% \\"x\\" \\\\ $HOME's.toml"\n`);
  t.match(serviceText({ ...odd, agent: "/a $x/lab-agent" }), '\nExecStart="/a $$x/lab-agent" --loop\n');
  t.ok(service.startsWith(`${mark}\n`));
  t.notMatch(service, /NoNewPrivileges/);
  t.match(serviceText(elk), /^NoNewPrivileges=yes$/m);
  const [, line = ""] = cronBlock({ ...odd, agent: "/usr/bin/env" }, "/dev/null").split("\n");
  // As cron hands it to sh: what follows an unescaped % would be its input.
  const command = line.replace("* * * * * ", "").replaceAll("\\%", "%").replace(" --due --quiet >>/dev/null", "");
  const { stdout } = spawnSync("/bin/sh", ["-c", command], { env: {}, encoding: "utf8" });
  t.match(stdout, `LAB_CLUSTER=${odd.env["LAB_CLUSTER"]}\n`);
  t.notMatch(line, /(?<!\\)%/);
});

t.test("only its own block leaves a crontab", async (t) => {
  const others = "MAILTO=me\n0 4 * * * backup\n";
  const two = `${others}${cronBlock(elk, "/log")}# mine\n${cronBlock({ ...elk, name: "elk2" }, "/log")}`;
  t.equal(withoutBlock(two, "elk"), `${others}# mine\n${cronBlock({ ...elk, name: "elk2" }, "/log")}`);
  t.equal(withoutBlock(withoutBlock(two, "elk2"), "elk"), `${others}# mine\n`);
  t.equal(withoutBlock(others, "elk"), others);
});
