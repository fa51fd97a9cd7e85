// Every page and its address; each is loaded when it is first opened.
import type { ComponentType } from "preact";

/** What a page's module exports as `default`. `parts` are those of the pattern: `/runs/:id` gives `id`. */
export type Page = ComponentType<{ parts: Record<string, string> }>;

export interface RouteOfPage {
  pattern: string;
  /** Of the browser's tab; a page says more with `useTitle`. */
  title: string;
  load(): Promise<{ default: Page }>;
}

export const routes: readonly RouteOfPage[] = [
  { pattern: "/", title: "Overview", load: () => import("../pages/overview.js") },
  { pattern: "/runs", title: "Runs", load: () => import("../pages/runs.js") },
  { pattern: "/runs/:id", title: "Run", load: () => import("../pages/run.js") },
  { pattern: "/compare", title: "Compare", load: () => import("../pages/compare.js") },
  { pattern: "/lineage/:what", title: "Lineage", load: () => import("../pages/lineage.js") },
  { pattern: "/pipelines", title: "Pipelines", load: () => import("../pages/pipelines.js") },
  { pattern: "/pipelines/:id", title: "Pipeline", load: () => import("../pages/pipeline.js") },
  { pattern: "/sweeps", title: "Sweeps", load: () => import("../pages/sweeps.js") },
  { pattern: "/sweeps/:id", title: "Sweep", load: () => import("../pages/sweep.js") },
  { pattern: "/artifacts", title: "Artifacts", load: () => import("../pages/artifacts.js") },
  { pattern: "/artifacts/:id", title: "Artifact", load: () => import("../pages/artifact.js") },
  { pattern: "/policies", title: "Policies", load: () => import("../pages/policies.js") },
  { pattern: "/policies/:name", title: "Policy", load: () => import("../pages/policy.js") },
  { pattern: "/queue", title: "Queue", load: () => import("../pages/queue.js") },
  { pattern: "/notebook", title: "Notebook", load: () => import("../pages/notebook.js") },
  { pattern: "/evaluations/:run", title: "Evaluation", load: () => import("../pages/evaluation.js") },
  { pattern: "/doctor", title: "Doctor", load: () => import("../pages/doctor.js") },
];

export interface Entry {
  href: string;
  title: string;
  icon: string;
  /** The second key after `g`. */
  key: string;
}

/** What the navigation lists. */
export const entries: readonly Entry[] = [
  { href: "/", title: "Overview", icon: "overview", key: "o" },
  { href: "/runs", title: "Runs", icon: "runs", key: "r" },
  { href: "/sweeps", title: "Sweeps", icon: "sweeps", key: "s" },
  { href: "/pipelines", title: "Pipelines", icon: "pipelines", key: "p" },
  { href: "/artifacts", title: "Artifacts", icon: "artifacts", key: "a" },
  { href: "/policies", title: "Policies", icon: "policies", key: "l" },
  { href: "/queue", title: "Queue", icon: "queue", key: "q" },
  { href: "/notebook", title: "Notebook", icon: "notebook", key: "n" },
  { href: "/doctor", title: "Doctor", icon: "doctor", key: "d" },
];
