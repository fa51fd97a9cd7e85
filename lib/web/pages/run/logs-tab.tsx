// The log of a run, its end first, going on as it comes.
import { useEffect, useRef } from "preact/hooks";
import { Empty } from "../../parts/empty.js";
import { Bytes } from "../../parts/figures.js";
import { Problem } from "../../parts/problem.js";
import { Scroll } from "../../parts/scroll.js";
import { useQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";
import { handleOf, type WholeRun } from "./record.js";

interface LogsDeclared {
  path: string;
  answer: { logs: { name: string; bytes: number; live: boolean }[]; ended: boolean };
}
interface LogDeclared {
  path: string;
  answer: { text: string; from: number; size: number; ended: boolean };
}

export function LogsTab({ run }: { run: WholeRun }) {
  const [name, setName] = useQuery("log");
  const [tail, setTail] = useQuery("tail", "1000");
  const parts = { run: run.id };
  const logs = useAsk<LogsDeclared>("/api/v1/runs/:run/logs", { parts }, { live: ["run"] });
  const log = useAsk<LogDeclared>(
    "/api/v1/runs/:run/log",
    { parts, query: { name: name || undefined, tail } },
    { live: ["run", "log"] },
  );
  const box = useRef<HTMLElement>(null);
  const follows = useRef(true);
  const { text = "" } = log.answer ?? {};
  useEffect(() => {
    if (follows.current) box.current?.scrollTo(0, box.current.scrollHeight);
  }, [text]);
  useEffect(() => {
    if (run.state !== "running") return;
    const timer = setInterval(() => log.again(), 2000);
    return () => clearInterval(timer);
  }, [run.state, name, tail]);
  if (logs.trouble && !logs.answer) return <Problem error={logs.trouble} again={logs.again} />;
  if (logs.answer?.logs.length === 0)
    return (
      <Empty title="No log yet" command={`lab log -f ${handleOf(run.id)}`}>
        It begins with the first line that the job prints.
      </Empty>
    );
  return (
    <>
      <div class="chart-bar">
        <select aria-label="Which log" value={name} onChange={(event) => setName(event.currentTarget.value)}>
          <option value="">the newest of the job</option>
          {logs.answer?.logs.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}
            </option>
          ))}
        </select>
        <select aria-label="How many lines" value={tail} onChange={(event) => setTail(event.currentTarget.value)}>
          {["100", "1000", "10000"].map((lines) => (
            <option key={lines} value={lines}>
              last {lines} lines
            </option>
          ))}
        </select>
        <span class="soft">
          <Bytes count={log.answer?.size} />
          {run.state === "running" && ", follows"}
        </span>
      </div>
      {log.trouble && !log.answer && <Problem error={log.trouble} again={log.again} />}
      <Scroll
        kind="log"
        box={box}
        label="Log"
        onScroll={({ scrollTop, scrollHeight, clientHeight }) => {
          follows.current = scrollTop + clientHeight > scrollHeight - 40;
        }}
      >
        <pre>{withoutControls(text)}</pre>
      </Scroll>
    </>
  );
}

/** Of a line that was drawn over and over (a progress bar) the last. */
function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out
  const plain = text.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g, "");
  return plain.replace(/[^\n]*\r(?!\n)(?=[^\n])/g, "");
}
