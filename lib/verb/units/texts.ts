// The units, and the lines of a crontab, that start the agent. Pure.

/** What a unit is made for. */
export interface UnitOf {
  /** The cluster's name. */
  name: string;
  /** The absolute path of lab-agent. */
  agent: string;
  /** What it needs of the environment of whoever installs it. */
  env: Readonly<Record<string, string>>;
  /** Nothing that it starts may gain privileges. */
  confined: boolean;
}

/** The first line of each file and block of ours: what does not begin with it is somebody else's. */
export const mark = "# Made by lab units; lab units remove takes it away, and what is changed here is lost with it.";

/** A service that goes on. */
export function serviceText(unit: UnitOf): string {
  return text(
    unit,
    "",
    `StartLimitIntervalSec=1h
StartLimitBurst=20
`,
    `Type=exec
ExecStart=${started(unit.agent)} --loop
Restart=on-failure
RestartSec=30s
`,
    "\n[Install]\nWantedBy=default.target\n",
  );
}

/** A service that makes one pass, for a timer to start. */
export function passText(unit: UnitOf): string {
  return text(unit, ", one pass", "", `Type=oneshot\nExecStart=${started(unit.agent)} --due --quiet\n`, "");
}

/** The timer of `passText`. */
export function timerText({ name }: UnitOf): string {
  return `${mark}
[Unit]
Description=labkit's agent for ${plain(name)}, once a minute
Documentation=man:lab-agent(1) man:lab-units(1)

[Timer]
OnStartupSec=1min
OnUnitInactiveSec=1min
AccuracySec=15s

[Install]
WantedBy=timers.target
`;
}

function text({ name, env, confined }: UnitOf, what: string, unit: string, start: string, install: string): string {
  const variables = Object.entries(env).map(([key, value]) => `Environment=${quoted(`${key}=${value}`)}\n`);
  return `${mark}
[Unit]
Description=labkit's agent for ${plain(name)}${what}
Documentation=man:lab-agent(1) man:lab-units(1)
${unit}
[Service]
${start}${variables.join("")}# SIGTERM is for the agent alone: it hands it on. What jobs or hooks it has started goes on without it.
KillMode=process
TimeoutStopSec=2min
Nice=10
${confined ? confinement : ""}${install}`;
}

/** What needs neither root nor user namespaces, which not every site has. */
const confinement = `NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
`;

/** A word as systemd reads it, with its own escapes; in a command $ stands for a variable, in Environment= for itself. */
function quoted(word: string): string {
  return `"${word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
}

function started(word: string): string {
  return quoted(word).replaceAll("$", "$$$$");
}

function plain(name: string): string {
  return name.replaceAll("%", "%%");
}

/** A block of a crontab: a pass a minute, and what it says goes to a file. */
export function cronBlock({ name, agent, env }: Omit<UnitOf, "confined">, log: string): string {
  const words = Object.entries(env).map(([key, value]) => `${key}=${shellWord(value)}`);
  const command = [...words, shellWord(agent), "--due", "--quiet"].join(" ");
  return `${blockStart(name)}
* * * * * ${`${command} >>${shellWord(log)} 2>&1`.replaceAll("%", "\\%")}
${blockEnd(name)}
`;
}

const blockStart = (name: string) => `# lab agent for ${name} {`;
const blockEnd = (name: string) => `# } lab agent for ${name}`;

/** A crontab without the block of that name. */
export function withoutBlock(crontab: string, name: string): string {
  const [kept, inside]: [string[], { at: boolean }] = [[], { at: false }];
  for (const line of crontab.split("\n")) {
    if (line === blockStart(name)) inside.at = true;
    if (!inside.at) kept.push(line);
    if (line === blockEnd(name)) inside.at = false;
  }
  return kept.join("\n");
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
