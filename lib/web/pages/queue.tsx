// The queue: who runs and waits, by partition and user, when what waits is expected to start, and why it does.

import type { QueueGroup, queueApi } from "../../serve/api/queue.js";
import { Empty } from "../parts/empty.js";
import { Bytes, Duration, Time } from "../parts/figures.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Heads } from "../parts/heads.js";
import { Problem, Problems } from "../parts/problem.js";
import { Scroll } from "../parts/scroll.js";
import { ShareBar } from "../parts/share-bar.js";
import { StateMark } from "../parts/state-mark.js";
import { type Column, Table } from "../parts/table.js";
import type { AnswerOf } from "../shell/client.js";
import { useQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";

type Job = AnswerOf<typeof queueApi>["jobs"][number];

const columns: Column<Job>[] = [
  {
    key: "name",
    title: "Job",
    width: 190,
    grow: 1,
    cell: ({ id, name, run }) => (
      <>
        {run ? <a href={`/runs/${run}`}>{plainName(name, run)}</a> : name} <code class="soft">{id}</code>
      </>
    ),
  },
  { key: "user", title: "User", width: 100, cell: ({ user }) => user },
  { key: "state", title: "State", width: 116, cell: ({ state }) => <StateMark state={state} /> },
  {
    ...{ key: "for", title: "For", hint: "how long it has run, or waited", width: 90, end: true },
    cell: ({ elapsed_s, waited_s, state }) => <Duration s={state === "pending" ? waited_s : elapsed_s} />,
  },
  {
    ...{ key: "then", title: "Then", hint: "how long it may still run, or when it is expected to start", width: 120 },
    end: true,
    cell: ({ left_s, expected_start_at, state, position }) =>
      state === "pending" ? (
        <span class="soft">
          {expected_start_at ? (
            <>
              starts <Time at={expected_start_at} />
            </>
          ) : (
            position !== undefined && `${position} in line`
          )}
        </span>
      ) : (
        <span class="soft">
          <Duration s={left_s} /> {left_s !== undefined && "left"}
        </span>
      ),
  },
  {
    key: "why",
    title: "Why it waits",
    width: 300,
    grow: 5,
    cell: ({ message, hint, state, nodes }) =>
      state === "pending" ? (
        <span title={[message, hint].filter(Boolean).join(": ")}>{message}</span>
      ) : (
        <span class="soft">{nodes && `on ${nodes}`}</span>
      ),
  },
  { key: "partition", title: "Partition", width: 90, cell: ({ partition }) => partition },
  { key: "gpus", title: "GPUs", width: 60, end: true, cell: ({ gpus }) => gpus || "" },
  { key: "cpus", title: "CPUs", width: 60, end: true, cell: ({ cpus }) => cpus || "" },
  { key: "mem", title: "Memory", width: 90, end: true, cell: ({ mem_bytes }) => <Bytes count={mem_bytes} /> },
];

/** Jobs are named after their run, with its handle; that is said beside it. */
function plainName(name: string | undefined, run: string): string {
  const handle = run.slice(-6);
  return name?.replace(`.${handle}`, "") ?? handle;
}

export default function QueuePage() {
  const [user, setUser] = useQuery("user");
  const [partition, setPartition] = useQuery("partition");
  const query = { ...(user ? { user: [user] } : {}), ...(partition ? { partition: [partition] } : {}) };
  const { answer, trouble, again, loading } = useAsk<typeof queueApi>(
    "/api/v1/queue",
    { query },
    { live: ["run", "job"] },
  );
  const [why, setWhy] = useQuery("why");
  const all = answer?.jobs ?? [];
  const jobs = why ? all.filter(({ state, reason = "unknown" }) => state === "pending" && reason === why) : all;
  const running = all.filter(({ state }) => state !== "pending").length;
  return (
    <>
      <Heading
        title="Queue"
        beside={
          answer && (
            <>
              {counted(running, "job runs", "jobs run")}, {counted(all.length - running, "waits", "wait")} · as the{" "}
              {answer.kind === "slurm" ? "scheduler" : "local scheduler"} said <Time at={answer.as_of} />
            </>
          )
        }
      />
      {trouble && <Problem error={trouble} again={again} />}
      <Problems problems={answer?.problems} />
      {!answer && loading && <div class="loading" aria-busy="true" />}
      {answer && (
        <div class="fill">
          {answer.partitions.length > 0 && (
            <div class="panels queue-groups">
              <Groups title="By partition" groups={answer.partitions} chosen={partition} onChoose={setPartition} />
              <Groups title="By user" groups={answer.users} chosen={user} onChoose={setUser} me={answer.me} />
            </div>
          )}
          <Reasons reasons={answer.reasons} chosen={why} onChoose={setWhy} />
          {jobs.length === 0 ? (
            <Empty
              title={user || partition || why ? "Nothing of that is in the queue" : "Nothing waits, and nothing runs"}
              text="What is submitted is here until it has ended: where it runs, how much time it has left, when it is expected to start, and why it waits."
              command="lab run train.toml"
            />
          ) : (
            <Table
              main
              label="Jobs"
              columns={columns}
              rows={jobs}
              idOf={({ id }) => id}
              hrefOf={({ run }) => (run ? `/runs/${run}` : undefined)}
              card={({ name, id, run, user: whose, state, message, left_s }) => (
                <>
                  <span>
                    <b class="cut">{run ? plainName(name, run) : (name ?? id)}</b>
                    <StateMark state={state} />
                  </span>
                  <span class="soft">
                    <span class="cut">
                      {whose} {message}
                    </span>
                    <Duration s={left_s} />
                  </span>
                </>
              )}
            />
          )}
        </div>
      )}
    </>
  );
}

/** Why jobs wait, in words, those first that hold most; one of them leaves only its jobs. */
function Reasons({
  reasons,
  chosen,
  onChoose,
}: {
  reasons: readonly { reason: string; message?: string | undefined; count: number }[];
  chosen: string;
  onChoose(reason: string | undefined): void;
}) {
  if (reasons.length === 0) return null;
  return (
    <fieldset class="chips">
      <legend class="soft">waits because</legend>
      {reasons.slice(0, 8).map(({ reason, message, count }) => (
        <button
          key={reason}
          type="button"
          class="chip"
          aria-pressed={reason === chosen}
          onClick={() => onChoose(reason === chosen ? undefined : reason)}
        >
          {message ?? reason} <span class="count">{figure(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}

function Groups({
  title,
  groups,
  chosen,
  onChoose,
  me,
}: {
  title: string;
  groups: readonly QueueGroup[];
  chosen: string;
  onChoose(name: string | undefined): void;
  me?: string;
}) {
  const most = Math.max(1, ...groups.map(({ running, pending }) => running.jobs + pending.jobs));
  return (
    <section class="panel">
      <h2>{title}</h2>
      <Scroll kind="scroll" label={title}>
        <table class="plain">
          <Heads titles={[title.slice(3), ">Run", ">CPUs", ">GPUs", ">Wait", ">Longest", "Share"]} />
          <tbody>
            {groups.slice(0, 8).map(({ name, running, pending, longest_wait_s, next_start_at }) => (
              <tr key={name}>
                <th scope="row">
                  <button
                    type="button"
                    class={name === chosen ? "chip" : "link"}
                    aria-pressed={name === chosen}
                    onClick={() => onChoose(name === chosen ? undefined : name)}
                  >
                    {name}
                    {name === me && " (you)"}
                  </button>
                </th>
                <td class="end">{figure(running.jobs)}</td>
                <td class="end soft">{running.cpus > 0 && figure(running.cpus)}</td>
                <td class="end soft">{running.gpus > 0 && figure(running.gpus)}</td>
                <td class="end">{figure(pending.jobs)}</td>
                <td class="end">
                  <Duration s={longest_wait_s} />
                  {next_start_at && (
                    <span class="soft">
                      {" "}
                      starts <Time at={next_start_at} />
                    </span>
                  )}
                </td>
                <td class="queue-share">
                  <ShareBar of={running.jobs} waits={pending.jobs} most={most} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
