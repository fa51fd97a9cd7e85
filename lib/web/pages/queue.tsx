// The queue: who runs and waits, by partition and user, when what waits is expected to start, and why it does.
import type { QueueGroup, queueApi } from "../../serve/api/queue.js";
import { Empty } from "../parts/empty.js";
import { Bytes, Duration, Time } from "../parts/figures.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Problem, Problems } from "../parts/problem.js";
import { StateMark } from "../parts/state-mark.js";
import { type Column, Table } from "../parts/table.js";
import type { AnswerOf } from "../shell/client.js";
import { useQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";

type Job = AnswerOf<typeof queueApi>["jobs"][number];

const columns: Column<Job>[] = [
  { key: "position", title: "#", width: 52, end: true, cell: ({ position }) => position ?? "" },
  { key: "id", title: "Job", width: 124, cell: ({ id }) => <code>{id}</code> },
  {
    key: "name",
    title: "Name",
    width: 160,
    grow: 1,
    cell: ({ name, run }) => (run ? <a href={`/runs/${run}`}>{name ?? run.slice(-6)}</a> : name),
  },
  { key: "user", title: "User", width: 90, cell: ({ user }) => user },
  { key: "state", title: "State", width: 116, cell: ({ state }) => <StateMark state={state} /> },
  {
    key: "why",
    title: "Why",
    width: 200,
    grow: 2,
    cell: ({ message, hint }) => <span title={[message, hint].filter(Boolean).join(": ")}>{message}</span>,
  },
  { key: "partition", title: "Partition", width: 90, cell: ({ partition, nodes }) => partition ?? nodes },
  { key: "gpus", title: "GPUs", width: 64, end: true, cell: ({ gpus }) => gpus || "" },
  { key: "cpus", title: "CPUs", width: 64, end: true, cell: ({ cpus }) => cpus || "" },
  { key: "mem", title: "Memory", width: 96, end: true, cell: ({ mem_bytes }) => <Bytes count={mem_bytes} /> },
  { key: "ran", title: "Ran", width: 90, end: true, cell: ({ elapsed_s }) => <Duration s={elapsed_s} /> },
  { key: "left", title: "Left", width: 90, end: true, cell: ({ left_s }) => <Duration s={left_s} /> },
  { key: "waited", title: "Waited", width: 90, end: true, cell: ({ waited_s }) => <Duration s={waited_s} /> },
  {
    key: "starts",
    title: "Starts",
    width: 90,
    end: true,
    cell: ({ expected_start_at }) => <Time at={expected_start_at} />,
  },
];

export default function QueuePage() {
  const [user, setUser] = useQuery("user");
  const [partition, setPartition] = useQuery("partition");
  const query = { ...(user ? { user: [user] } : {}), ...(partition ? { partition: [partition] } : {}) };
  const { answer, trouble, again, loading } = useAsk<typeof queueApi>(
    "/api/v1/queue",
    { query },
    { live: ["run", "job"] },
  );
  const jobs = answer?.jobs ?? [];
  const running = jobs.filter(({ state }) => state !== "pending").length;
  return (
    <>
      <Heading
        title="Queue"
        beside={
          answer && (
            <>
              {counted(running, "job runs", "jobs run")}, {counted(jobs.length - running, "waits", "wait")} · as the{" "}
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
          {answer.reasons.length > 0 && (
            <p class="soft">
              What waits:{" "}
              {answer.reasons
                .slice(0, 5)
                .map(({ reason, message, count }) => `${figure(count)}: ${message ?? reason}`)
                .join(" · ")}
            </p>
          )}
          {jobs.length === 0 ? (
            <Empty
              title={user || partition ? "Nothing of that is in the queue" : "Nothing waits, and nothing runs"}
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
              card={({ name, id, user: whose, state, message, left_s }) => (
                <>
                  <span>
                    <b class="cut">{name ?? id}</b>
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
      <div class="scroll">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{title.slice(3)}</th>
              <th scope="col" class="end">
                Run
              </th>
              <th scope="col" class="end">
                GPUs
              </th>
              <th scope="col" class="end">
                Wait
              </th>
              <th scope="col" class="end">
                Longest
              </th>
              <th scope="col" class="queue-share">
                <span class="hidden">Share</span>
              </th>
            </tr>
          </thead>
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
                <td class="end">{figure(running.gpus)}</td>
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
                <td>
                  <span
                    class="share"
                    aria-hidden="true"
                    style={{ width: `${(100 * (running.jobs + pending.jobs)) / most}%` }}
                  >
                    <span style={{ flexGrow: running.jobs }} />
                    <span class="waits" style={{ flexGrow: pending.jobs }} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
