// An answer of the server in a component: the last one at once, a fresh one when something changed.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type AnswerOf, addressOf, askAddress, type Declared, type Question, type Trouble } from "./client.js";
import { type Changes, useChanges } from "./live.js";

export interface Asked<T> {
  /** The last answer: to the question before, while the new one is on its way (then `stale`). */
  answer?: T;
  trouble?: Trouble;
  loading: boolean;
  stale: boolean;
  again(): void;
}

interface State {
  address?: string;
  answer?: unknown;
  trouble?: Trouble | undefined;
  asking?: AbortController;
  /** Something changed since it was asked. */
  outdated?: boolean;
}

const wholeId = /^\d{8}-\d{6}-\w{6}$/;
/** So that going back shows at once what was there. */
const kept = new Map<string, unknown>();
const most = 60;
/** What changes often is looked at so often; the first change after a while, as soon as what comes with it has come. */
const pause_ms = { often: 900, first: 50 };

function keep(address: string, answer: unknown): void {
  kept.delete(address);
  kept.set(address, answer);
  for (const oldest of kept.keys()) {
    if (kept.size <= most) break;
    kept.delete(oldest);
  }
}

interface Liveness {
  /** Asks again when something of these kinds changed ("run", "artifact", "pipeline", …; none: anything); false: never. */
  live?: readonly string[] | false;
  /**
   * The runs that the answer is about: where it is known that only others changed, it is not asked again. One that is
   * named by less than its id may be any.
   */
  runs?: readonly string[] | undefined;
}

/** Asks, and asks again when something changed. A path of undefined asks nothing yet. */
export function useAsk<E extends Declared>(
  path: E["path"] | undefined,
  question: Question<E> = {},
  { live = [], runs }: Liveness = {},
): Asked<AnswerOf<E>> {
  const address = path === undefined ? undefined : addressOf<E>(path, question);
  const [, draw] = useState(0);
  const state = useRef<State>({});
  const own = state.current;
  if (address !== undefined && own.address !== address && kept.has(address)) {
    own.address = address;
    own.answer = kept.get(address);
  }
  const look = useCallback(async () => {
    if (address === undefined) return;
    own.asking?.abort();
    const asking = new AbortController();
    own.asking = asking;
    draw((n) => n + 1);
    try {
      const answer = await askAddress(address, asking.signal);
      if (own.asking !== asking) return;
      keep(address, answer);
      Object.assign(own, { answer, address, trouble: undefined });
    } catch (error) {
      if (own.asking !== asking) return;
      own.trouble = error as Trouble;
    }
    delete own.asking;
    draw((n) => n + 1);
    if (!own.outdated) return;
    own.outdated = false;
    void look();
  }, [address, own]);
  useEffect(() => {
    own.trouble = undefined;
    own.outdated = false;
    void look();
    return () => {
      own.asking?.abort();
      delete own.asking;
    };
  }, [look, own]);
  const freshen = useCallback(async () => {
    // Whoever changes more often than the server answers still gets answers.
    if (own.asking) own.outdated = true;
    else await look();
  }, [look, own]);
  useFresh(freshen, { live, runs }, own.trouble);
  return {
    ...(own.answer === undefined ? {} : { answer: own.answer as AnswerOf<E> }),
    ...(own.trouble === undefined ? {} : { trouble: own.trouble }),
    loading: own.asking !== undefined || (own.answer === undefined && own.trouble === undefined),
    stale: own.address !== address,
    again: () => void look(),
  };
}

/** Looks again after changes, at most about once a second, and some seconds after each failure. */
function useFresh(look: () => Promise<void>, { live = [], runs }: Liveness, trouble: object | undefined): void {
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const looking = useRef(look);
  looking.current = look;
  const last = useRef(0);
  const wait = (ms: number) => {
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      last.current = Date.now();
      void looking.current();
    }, ms);
  };
  const soon = () => Math.max(pause_ms.first, last.current + pause_ms.often - Date.now());
  const listen = (changes: Changes) => live !== false && concerns(changes, live, runs) && wait(soon());
  useChanges(listen, ...(live || ["nothing"]));
  useEffect(() => {
    if (trouble) wait(5000);
  }, [trouble]);
  useEffect(() => () => clearTimeout(waiting.current), []);
}

/** Of which runs is said of changes of runs only: a note or an artifact may be any run's. */
function concerns(changes: Changes, live: readonly string[], runs: readonly string[] | undefined): boolean {
  if (!runs?.every((run) => wholeId.test(run)) || !changes.runs) return true;
  if (changes.runs.some((id) => runs.includes(id))) return true;
  return changes.kinds?.some((kind) => kind !== "run" && (live.length === 0 || live.includes(kind))) ?? true;
}
