// What changed in the registry, while somebody looks: by the server's events, else by asking for them, else by the clock.
import { useEffect, useRef } from "preact/hooks";
import { store } from "./store.js";

export interface Changes {
  /** Ids of runs; undefined where it is not known what changed. */
  runs?: readonly string[];
  kinds?: readonly string[];
}

export type Liveliness = "live" | "polling" | "lost" | "starting";
/** How the page hears of changes: the frame shows it. */
export const liveliness = store<Liveliness>("starting");

const every_ms = 5000;
const listeners = new Set<(changes: Changes) => void>();
let events: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let last = "";

/** Calls at every change of these kinds (all, where none is given) as long as the component is there. */
export function useChanges(listener: (changes: Changes) => void, ...kinds: string[]): void {
  const latest = useRef(listener);
  latest.current = listener;
  const wanted = kinds.join(" ");
  useEffect(() => {
    const mine = (changes: Changes) => {
      const concerned = !wanted || !changes.kinds || changes.kinds.some((kind) => wanted.split(" ").includes(kind));
      if (concerned) latest.current(changes);
    };
    listeners.add(mine);
    if (listeners.size === 1) start();
    return () => {
      listeners.delete(mine);
      if (listeners.size === 0) stop();
    };
  }, [wanted]);
}

function tell(changes: Changes): void {
  for (const listener of [...listeners]) listener(changes);
}

/** A hidden page needs nothing, and browsers give six connections to all pages of a server together. */
document.addEventListener("visibilitychange", () => {
  if (listeners.size === 0) return;
  if (document.visibilityState === "hidden") return stop();
  start();
  tell({});
});

function stop(): void {
  events?.close();
  events = undefined;
  clearTimeout(timer);
}

function start(): void {
  stop();
  const source = new EventSource("/api/v1/events");
  events = source;
  let lost = false;
  source.onopen = () => {
    liveliness.set("live");
    // What happened meanwhile may be more than the server remembers.
    if (lost) tell({});
    lost = false;
  };
  source.addEventListener("change", (event) => {
    last = event.lastEventId;
    tell(JSON.parse(event.data) as Changes);
  });
  source.onerror = () => {
    lost = true;
    if (source.readyState === EventSource.CLOSED) poll();
    else liveliness.set("lost");
  };
}

async function poll(): Promise<void> {
  clearTimeout(timer);
  try {
    const response = await fetch(`/api/v1/changes?after=${encodeURIComponent(last)}`);
    if (!response.ok && response.status !== 404) throw new Error(String(response.status));
    liveliness.set("polling");
    const changes = response.ok ? ((await response.json()) as Changes & { id?: string }) : {};
    last = "id" in changes ? String(changes.id) : last;
    if (!changes.runs || changes.runs.length > 0 || (changes.kinds?.length ?? 0) > 0) tell(changes);
  } catch {
    liveliness.set("lost");
  }
  if (listeners.size > 0 && document.visibilityState === "visible") timer = setTimeout(poll, every_ms);
}
