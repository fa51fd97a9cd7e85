// One run, for reading: what came of it first, then what it is.
import { ask, type Edge, elapsed, type WholeRun } from "./records.js";

/** The content of the panel. An error is content too: it says what is wrong. */
export async function runPanel(id: string, close: () => void): Promise<Node[]> {
  const button = element("button", "close", "close");
  button.setAttribute("type", "button");
  button.addEventListener("click", close);
  try {
    const { run } = await ask<{ run: WholeRun }>(`/api/v1/runs/${encodeURIComponent(id)}`);
    const lineage = await ask<{ edges: Edge[] }>(`/api/v1/lineage/${encodeURIComponent(id)}`).catch(() => undefined);
    return [button, ...sections(run, lineage?.edges ?? [])];
  } catch (error) {
    return [button, element("p", "failure", error instanceof Error ? error.message : String(error))];
  }
}

function sections(run: WholeRun, edges: Edge[]): Node[] {
  const heading = element("h2", "", run.name);
  heading.append(element("span", "handle", run.id));
  const state = element("p");
  state.append(
    element(
      "span",
      `state ${run.state}`,
      run.mode && run.mode !== run.state ? `${run.state} (${run.mode})` : run.state,
    ),
  );
  if (run.elapsed_s !== undefined) state.append(` · ran ${elapsed(run.elapsed_s)}`);
  state.append(` · ${run.user}, ${new Date(run.planned_at).toLocaleString()}`);
  const nodes: Node[] = [heading, state];
  if (run.message)
    nodes.push(
      element(
        "p",
        run.state === "failed" || run.state === "lost" ? "failure" : "",
        run.hint ? `${run.message} (${run.hint})` : run.message,
      ),
    );
  const why = run.narrative?.hypothesis ?? run.narrative?.intent ?? run.narrative?.note;
  if (why) nodes.push(element("p", "", why));
  nodes.push(...list("metrics", Object.entries(run.metrics ?? {})));
  nodes.push(...list("params", Object.entries(run.params)));
  nodes.push(
    ...list(
      "inputs",
      Object.entries(run.inputs).map(([role, { path, artifact }]) => [role, artifact ?? path ?? ""]),
    ),
  );
  nodes.push(
    ...list(
      "outputs",
      Object.entries(run.outputs).map(([role, { path, alias }]) => [role, path ?? alias]),
    ),
  );
  nodes.push(...lineage(run, edges));
  nodes.push(
    element("h3", "", "command"),
    element("pre", "", typeof run.command === "string" ? run.command : run.command.join(" ")),
  );
  nodes.push(...list("where", about(run)));
  return nodes;
}

function about(run: WholeRun): [string, unknown][] {
  const { commit, branch, dirty, digest } = run.source;
  const rows: [string, unknown][] = [
    ["job", typeof run.job === "object" ? run.job.id : run.job],
    ["source", [branch, commit?.slice(0, 10), dirty ? "with changes" : ""].filter(Boolean).join(" ") || digest],
    ["tags", run.tags.join(" ")],
    ["directory", run.run_dir],
    ["log", run.logs.at(-1)],
    ["key", run.key?.digest],
    ["follow it", `lab log ${run.id.slice(-6)} -f`],
  ];
  return rows.filter(([, value]) => value !== undefined && value !== "");
}

/** What it was made from, itself, and what was made from it: each line further in than what it came from. */
function lineage(run: WholeRun, edges: Edge[]): Node[] {
  if (edges.length === 0) return [];
  const items = new Map<string, { depth: number; type: string; name: string }>();
  const add = (id: string, depth: number, type: string, name: string) => {
    if (!items.has(id)) items.set(id, { depth, type, name });
  };
  add(run.id, 0, "run", run.name);
  for (const { from, to, from_type, to_type, from_name, to_name, depth } of edges) {
    add(from, depth < 0 ? depth : depth - 1, from_type, from_name ?? from);
    add(to, depth < 0 ? depth + 1 : depth, to_type, to_name ?? to);
  }
  const sorted = [...items].sort(([, a], [, b]) => a.depth - b.depth);
  const first = sorted[0]?.[1].depth ?? 0;
  const chain = element("ul", "chain");
  for (const [id, { depth, type, name }] of sorted) {
    const item = element("li", id === run.id ? "here" : "");
    item.style.setProperty("--deep", String(depth - first));
    item.append(element("span", "kind", type));
    if (type === "run" && id !== run.id) {
      const link = element("a", "", name) as HTMLAnchorElement;
      link.href = `/?run=${encodeURIComponent(id)}`;
      item.append(link);
    } else item.append(name);
    chain.append(item);
  }
  return [element("h3", "", "lineage"), chain];
}

function list(title: string, rows: [string, unknown][]): Node[] {
  if (rows.length === 0) return [];
  const terms = element("dl");
  for (const [key, value] of rows) {
    terms.append(element("dt", "", key), element("dd", "", typeof value === "string" ? value : JSON.stringify(value)));
  }
  return [element("h3", "", title), terms];
}

function element(name: string, kind = "", content = ""): HTMLElement {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.textContent = content;
  return made;
}
