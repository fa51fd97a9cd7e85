// A list that comes in pages: the first anew when something changed, the others as they are asked for.

import { useEffect, useState } from "preact/hooks";
import type { GenericSchema, InferOutput } from "valibot";
import { type AnswerOf, ask, type Declared, type Trouble } from "./client.js";
import { useAsk } from "./use-ask.js";

export interface Paged<R, A> {
  /** The first page. */
  answer?: A;
  rows?: readonly R[];
  /** Undefined where the server has not counted them. */
  total?: number;
  trouble?: Trouble;
  problems?: readonly { id?: string; message: string }[];
  loading: boolean;
  again(): void;
  /** Fetches the next page; undefined where there is none. */
  more: (() => void) | undefined;
}

interface Answer {
  total?: number;
  next?: string | number;
  problems?: readonly { id?: string; message: string }[];
}

export function usePages<E extends Declared & { answer: GenericSchema }, R>(
  path: E["path"],
  query: Record<string, string>,
  list: keyof InferOutput<E["answer"]> & string,
  live: readonly string[],
): Paged<R, AnswerOf<E>> {
  const { answer, trouble, loading, again } = useAsk<E>(path, { query } as never, { live });
  const [further, setFurther] = useState<{ rows: readonly R[]; next: string | number | undefined }>();
  const words = JSON.stringify(query);
  useEffect(() => setFurther(undefined), [words]);
  const first = answer as (Answer & Record<string, readonly R[]>) | undefined;
  const next = further ? further.next : first?.next;
  const fetch = async (cursor: string | number) => {
    const page = (await ask<E>(path, { query: { ...query, cursor: String(cursor) } } as never)) as typeof first;
    setFurther((old) => ({ rows: [...(old?.rows ?? []), ...(page?.[list] ?? [])], next: page?.next }));
  };
  return {
    ...(answer === undefined ? {} : { answer }),
    ...(first ? { rows: [...(first[list] ?? []), ...(further?.rows ?? [])] } : {}),
    ...(first?.problems ? { problems: first.problems } : {}),
    ...(first?.total === undefined ? {} : { total: first.total }),
    ...(trouble ? { trouble } : {}),
    ...{ loading, again },
    more: next === undefined ? undefined : () => void fetch(next),
  };
}
