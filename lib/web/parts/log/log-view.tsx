// The logs of a run: which one, its lines as they come, and words looked for in all of it.
import { useEffect, useState } from "preact/hooks";
import type { logsApi } from "../../../serve/api/logs.js";
import { useQuery } from "../../shell/router.js";
import { toast } from "../../shell/toasts.js";
import { useAsk } from "../../shell/use-ask.js";
import { Button, ButtonLink } from "../button.js";
import { Empty } from "../empty.js";
import { bytes } from "../format.js";
import { Problem, Problems } from "../problem.js";
import { firstError } from "./first-error.js";
import { LogLinesView } from "./log-lines-view.js";
import { LogSearchBar } from "./log-search-bar.js";
import { useLog } from "./use-log.js";
import { useLogSearch } from "./use-log-search.js";

/** `run` is an id. The log, the line, the search and whether lines wrap are in the address. */
export function LogView({ run }: { run: string }) {
  const { answer, trouble, again } = useAsk<typeof logsApi>(
    "/api/v1/runs/:run/logs",
    { parts: { run } },
    { live: ["run"], runs: [run] },
  );
  const [wanted, setWanted] = useQuery("log");
  if (trouble && !answer) return <Problem error={trouble} again={again} />;
  if (!answer) return <p class="soft">Looking for logs…</p>;
  const { logs, problems } = answer;
  const chosen =
    logs.find(({ name }) => name === wanted) ?? logs.findLast(({ attempt }) => attempt !== undefined) ?? logs.at(-1);
  if (!chosen)
    return (
      <>
        <Empty
          title="No log yet"
          text="It has not started. In a terminal its log can be followed from the beginning:"
          command={`lab log -f ${run}`}
        />
        <Problems problems={problems} />
      </>
    );
  return (
    <div class="log-view">
      <Problems problems={problems} />
      {answer.run !== run && <p class="soft">The log of {answer.run}, which answered for this run</p>}
      <label class="log-choice">
        <span class="hidden">Log</span>
        <select value={chosen.name} onChange={(event) => setWanted(event.currentTarget.value, { push: true })}>
          {logs.map(({ name, bytes: size, live }) => (
            <option key={name} value={name}>
              {name} · {bytes(size)}
              {live ? " · live" : ""}
            </option>
          ))}
        </select>
      </label>
      <OneLog key={`${run} ${chosen.name}`} run={run} name={chosen.name} />
    </div>
  );
}

function OneLog({ run, name }: { run: string; name: string }) {
  const [place, setPlace] = useQuery("at");
  const [q, setQ] = useQuery("find");
  const [wrapped, setWrapped] = useQuery("wrap");
  const at = /^\d{1,15}$/.test(place) ? Number(place) : undefined;
  const [stick, setStick] = useState(at === undefined);
  const { region, trouble, more, show } = useLog(run, name, at);
  const search = useLogSearch(run, name, q);
  useEffect(() => {
    if (at === undefined || !region) return;
    setStick(false);
    if (at < region.from || at >= region.to) show(at);
  }, [at]);
  const follow = () => {
    setPlace(undefined);
    if (region && region.to < region.size) show(undefined);
    setStick(true);
  };
  const toError = async () => {
    const found = await firstError(run, name).catch((error: Error) => void toast(error.message));
    if (found === undefined) toast("No line of this log looks like an error");
    else setPlace(String(found));
  };
  const raw = `/api/v1/runs/${encodeURIComponent(run)}/log/raw?name=${encodeURIComponent(name)}`;
  return (
    <>
      <div class="log-bar">
        <LogSearchBar search={search} q={q} setQ={setQ} at={at} go={(hit) => setPlace(String(hit))} />
        <Button onClick={() => void toError()} title="The first traceback, or the first line of an error">
          First error
        </Button>
        <Button pressed={wrapped === "yes"} onClick={() => setWrapped(wrapped === "yes" ? undefined : "yes")}>
          Wrap
        </Button>
        <Button pressed={stick} onClick={follow}>
          {region && !region.ended ? "Follow" : "To the end"}
        </Button>
        <ButtonLink href={`${raw}&download=true`} download="" icon="export" title="Download the whole log">
          Download
        </ButtonLink>
      </div>
      {trouble && <Problem error={trouble} again={() => show(at)} />}
      {region && region.size === 0 && (
        <p class="soft log-none">{region.ended ? "It is empty." : "Nothing yet. What is printed appears here."}</p>
      )}
      {region && region.size > 0 && (
        <LogLinesView {...{ region, q, at, stick, setStick, more }} wrap={wrapped === "yes"} />
      )}
    </>
  );
}
