// What the API answers, as far as the page shows it, and how it is said to a person.

export interface Run {
  id: string;
  name: string;
  user: string;
  state: string;
  mode?: string;
  message?: string;
  planned_at: string;
  elapsed_s?: number;
}

export interface WholeRun extends Run {
  hint?: string;
  started_at?: string;
  ended_at?: string;
  run_dir?: string;
  command: string | string[];
  params: Record<string, unknown>;
  resources: Record<string, unknown>;
  metrics?: Record<string, number | string>;
  tags: string[];
  narrative?: { hypothesis?: string; intent?: string; note?: string };
  inputs: Record<string, { path?: string; type: string; artifact?: string }>;
  outputs: Record<string, { path?: string; type: string; alias: string }>;
  job?: string | { id: string; scheduler?: string };
  source: { commit?: string; branch?: string; dirty?: boolean; digest?: string };
  key?: { digest: string };
  logs: string[];
  /** The run that makes, or made, what this one was to make. */
  answered_by?: { id: string; user: string; name: string; state: string; outputs: Record<string, string> };
}

/** An arrow of lineage, with what is told of its two ends. */
export type Edge = {
  kind: string;
  depth: number;
} & Record<`${"from" | "to"}${"" | "_type"}`, string> &
  Partial<Record<`${"from" | "to"}_${"name" | "ref" | "state" | "user"}`, string>> &
  Partial<Record<`${"from" | "to"}_aliases`, string[]>>;

/** The answer to a question, or an error in the server's words. */
export async function ask<T>(address: string): Promise<T> {
  const response = await fetch(address, { headers: { accept: "application/json" } }).catch(() => {
    throw new Error("the server does not answer: is lab-serve still running?");
  });
  if (response.status === 401)
    throw new Error("the server has another token now: open the address that lab-serve printed");
  const value = await response.json();
  if (!response.ok) throw new Error(value.error?.message ?? `the server says ${response.status}`);
  return value;
}

/** Seconds as `4s`, `12m 5s`, `3h 10m`, `2d 4h`. */
export function elapsed(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  const s = Math.round(seconds);
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
  return `${Math.floor(s / 86_400)}d ${Math.floor((s % 86_400) / 3600)}h`;
}

/** How long ago, in the largest unit. */
export function since(time: string): string {
  const s = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  if (s < 60) return "now";
  if (s < 3600) return `${Math.floor(s / 60)}m ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h ago`;
  return `${Math.floor(s / 86_400)}d ago`;
}
