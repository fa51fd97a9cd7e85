// What is the matter, at a glance: what failed and why comes first, then what runs, what waits, and who uses what.
import type { overviewApi } from "../../serve/api/overview.js";
import { ButtonLink } from "../parts/button.js";
import { Copy } from "../parts/copy.js";
import { Empty } from "../parts/empty.js";
import { Time } from "../parts/figures.js";
import { figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Problem, Problems } from "../parts/problem.js";
import { Segments } from "../parts/segments.js";
import { kindOfState, StateMark } from "../parts/state-mark.js";
import type { AnswerOf } from "../shell/client.js";
import { useQuery, withQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";
import { Failures } from "./overview/failures.js";
import { Running } from "./overview/running.js";
import { Throughput } from "./overview/throughput.js";
import { Users } from "./overview/users.js";
import { Whose } from "./overview/whose.js";
import type { RunRow } from "./runs/run-row.js";

type Answer = AnswerOf<typeof overviewApi>;

const spans = [
  ["1d", "Since yesterday"],
  ["7d", "7 days"],
  ["30d", "30 days"],
] as const;
const whose = [
  ["", "Everybody"],
  ["me", "Mine"],
] as const;

export default function OverviewPage() {
  const [since, setSince] = useQuery("since", "1d");
  const [user, setUser] = useQuery("user");
  const query = { since, user };
  const { answer, trouble, again } = useAsk<typeof overviewApi>("/api/v1/overview", { query }, { live: ["run"] });
  return (
    <>
      <Heading
        title="Overview"
        actions={
          <>
            <Segments label="Whose runs" choices={whose} chosen={user} onChoose={setUser} />
            <Segments label="Since when" choices={spans} chosen={since} onChoose={setSince} />
          </>
        }
      />
      {trouble && <Problem error={trouble} again={again} />}
      {!answer && !trouble && <div class="loading" />}
      {answer && <Problems problems={answer.problems} />}
      {answer && <Whole answer={answer} since={since} user={user} />}
    </>
  );
}

function Whole({ answer, since, user }: { answer: Answer; since: string; user: string }) {
  const { states, active, queued, failed, failures_by_mode, throughput, users } = answer;
  const going = active.filter(({ state }) => state !== "exited");
  const exited = active.filter(({ state }) => state === "exited");
  const isEmpty = Object.keys(states).length === 0 && active.length === 0 && queued.length === 0;
  if (isEmpty && answer.ready === false) return <p class="soft">The registry is being read for the first time.</p>;
  const nothingEver = isEmpty && users.length === 0 && throughput.every((hour) => !hour.succeeded && !hour.failed);
  if (nothingEver && !user)
    return (
      <Empty
        title="Nothing has run yet"
        text="A run is made from a recipe. lab new writes one to begin with; then:"
        command="lab run train.toml"
      />
    );
  return (
    <>
      <States states={states} queued={queued.length} since={since} user={user} />
      <div class={`overview ${failures_by_mode.length > mostModesBeside ? "much-wrong" : ""}`}>
        <div class="went-wrong">
          <Failures modes={failures_by_mode} failed={failed} since={since} user={user} />
        </div>
        <div class="goes-on">
          <section>
            <SectionHead title="Running now" href={runsLink({ state: "running", user })} all={states["running"]} />
            {going.length === 0 ? <p class="soft">Nothing runs.</p> : <Running rows={going.slice(0, shown)} />}
          </section>
          {exited.length > 0 && (
            <section>
              <SectionHead title="Exited" href={runsLink({ state: "exited", user })} all={states["exited"]} />
              <p class="soft">
                Their owner, or an agent, has to ask how they ended: <Copy text="lab status" />
              </p>
              <Running rows={exited.slice(0, shown)} />
            </section>
          )}
          <section>
            <SectionHead title="Waiting" {...(queued.length > 0 ? { href: waitingLink(user) } : {})} />
            {queued.length === 0 ? <p class="soft">Nothing waits.</p> : <Waiting rows={queued.slice(0, shown)} />}
          </section>
        </div>
        <div class="went-by">
          <section>
            <SectionHead title="What ended" />
            <Throughput hours={throughput} />
          </section>
          <section>
            <SectionHead title="Who uses what" />
            <Users shares={users} since={since} />
          </section>
        </div>
      </div>
    </>
  );
}

const shown = 10;
/** With more reasons than these the left column is the longer one, and what ended is in the other. */
const mostModesBeside = 5;

function waitingLink(user: string): string {
  return runsLink({ where: "state != running", state: "active", user, sort: "planned_at" });
}

type Filter = Record<string, string | undefined>;

/** The list of runs, filtered. */
function runsLink(filter: Filter): string {
  return withQuery(filter, "/runs");
}

function SectionHead({ title, href, all }: { title: string; href?: string; all?: number | undefined }) {
  return (
    <header class="section-head">
      <h2>{title}</h2>
      {href && (
        <ButtonLink href={href} look="plain">
          All{all === undefined ? "" : ` ${figure(all)}`}
        </ButtonLink>
      )}
    </header>
  );
}

const first = ["failed", "lost", "running", "submitted", "queued", "blocked", "succeeded", "cached", "cancelled"];

interface StatesShape {
  states: Record<string, number>;
  queued: number;
  since: string;
  user: string;
}

/** How many of each state, in the time that is looked at; those that have not ended whenever they began. */
function States({ states, queued, since, user }: StatesShape) {
  const counts = new Map<string, number>(Object.entries({ failed: 0, running: 0, ...states }));
  const waits = [...counts.keys()].some((state) => kindOfState(state) === "queued");
  if (queued > 0 && !waits) counts.set("pending", queued);
  const shown = [...counts].sort(([a], [b]) => (first.indexOf(a) + 1 || 99) - (first.indexOf(b) + 1 || 99));
  return (
    <ul class="states-strip">
      {shown.map(([state, count]) => (
        <li key={state} class={count === 0 ? "none" : ""}>
          <a href={runsLink({ state, user, where: isOver(state) ? `ended_at > ${since}` : undefined })}>
            <b>{figure(count)}</b>
            <span class={`state ${kindOfState(state)}`}>{state}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function isOver(state: string): boolean {
  return !/^(running|queued)$/.test(kindOfState(state));
}

function Waiting({ rows }: { rows: readonly RunRow[] }) {
  return (
    <ul class="run-rows">
      {rows.map((run) => (
        <li key={run.id}>
          <Whose run={run} />
          <StateMark state={run.state} mode={run.mode} />
          <span class="end soft">
            <Time at={run.planned_at} />
          </span>
          {run.message && (
            <span class="soft why" title={run.message}>
              {run.message}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
