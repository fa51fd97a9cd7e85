// Where it ran and with what: as the last attempt found it.
import type { runEnvironmentApi } from "../../../serve/api/run-parts.js";
import { Empty } from "../../parts/empty.js";
import { Facts, Section, Values } from "../../parts/facts.js";
import { Bytes } from "../../parts/figures.js";
import { Problem } from "../../parts/problem.js";
import { TextBlock } from "../../parts/text-block.js";
import { useAsk } from "../../shell/use-ask.js";
import { handleOf, type WholeRun } from "./record.js";

interface Hardware {
  host?: string;
  cpu?: string;
  cpus?: number;
  mem_bytes?: number;
  kernel?: string;
  gpus?: string[];
  driver?: string;
  cuda?: string;
}
interface Found {
  python?: string;
  modules?: string[];
  conda?: string;
  venv?: string;
  container?: string;
  container_digest?: string;
  locks?: Record<string, string>;
  variables?: Record<string, string>;
}

export function EnvironmentTab({ run }: { run: WholeRun }) {
  const asked = useAsk<typeof runEnvironmentApi>(
    "/api/v1/runs/:run/environment",
    { parts: { run: run.id } },
    { live: ["run"], runs: [run.id] },
  );
  const { answer, trouble } = asked;
  if (trouble) return <Problem error={trouble} again={asked.again} />;
  if (!answer) return <div class="loading" />;
  const { environment, hardware, packages } = answer;
  if (!environment && !hardware)
    return (
      <Empty title="Nothing is recorded yet" command={`lab why ${handleOf(run.id)}`}>
        When its command begins, the job writes down where it runs and with what.
      </Empty>
    );
  return (
    <div class="run-columns">
      <div>
        {hardware && <Machine hardware={hardware as Hardware} />}
        {environment && <Software found={environment as Found} />}
        {run.environment && (
          <Section title="As the recipe asks">
            <Values table={run.environment} />
          </Section>
        )}
        <Variables found={(environment ?? {}) as Found} own={run.env} />
      </div>
      <div>
        {packages && (
          <Section title={`${packages.length} Python packages`}>
            <TextBlock label="the packages" text={packages.join("\n")} />
          </Section>
        )}
      </div>
    </div>
  );
}

function Machine({ hardware }: { hardware: Hardware }) {
  const { host, cpu, cpus, mem_bytes, kernel, gpus = [], driver, cuda } = hardware;
  const kinds = [...new Set(gpus)].map((gpu) => `${gpus.filter((one) => one === gpu).length} × ${gpu}`);
  return (
    <Section title="Machine">
      <Facts
        facts={[
          ["host", host],
          ["GPUs", kinds.join(", ")],
          ["driver, CUDA", [driver, cuda].filter(Boolean).join(", ")],
          ["CPU", cpu],
          ["cores", cpus],
          ["memory", mem_bytes && <Bytes key="memory" count={mem_bytes} />],
          ["kernel", kernel],
        ]}
      />
    </Section>
  );
}

function Software({ found }: { found: Found }) {
  const { python, modules = [], conda, venv, container, container_digest, locks = {} } = found;
  if (Object.keys(locks).length + modules.length === 0 && !(python || conda || venv || container)) return null;
  return (
    <Section title="Environment">
      <Facts
        facts={[
          ["Python", python],
          ["modules", modules.join(", ")],
          ["conda", conda],
          ["venv", venv],
          ["container", container],
          ["digest", container_digest],
          ...Object.entries(locks).map(
            ([name, digest]) => [name, <code key={name}>{digest.slice(0, 23)}…</code>] as const,
          ),
        ]}
      />
    </Section>
  );
}

function Variables({ found, own }: { found: Found; own: Record<string, string> }) {
  const all = Object.entries(found.variables ?? own).sort(([a], [b]) => (a < b ? -1 : 1));
  if (all.length === 0) return null;
  return (
    <Section title="Variables">
      <Facts facts={all.map(([name, value]) => [name, <code key={name}>{value}</code>] as const)} />
    </Section>
  );
}
