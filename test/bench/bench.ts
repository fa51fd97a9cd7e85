// What a bench is given, and what it gives.
import type { Figure } from "./figure.js";

export interface Bench {
  /** What it tells, in a sentence for the results. */
  title: string;
  /** Why it cannot be run here, if it cannot. */
  missing(): string | undefined;
  /** Yields its figures as they are known. */
  figures(say: (progress: string) => void): AsyncGenerator<Figure>;
}
