// Which metrics tell most of a run.

/** The less the more telling: how well it does, at best on what it has not seen; last how fast it goes. */
export function rankOfMetric(name: string): number {
  if (/per_s|time|throughput|(^|[./_])lr$|grad|mem|gpu|epoch|step/i.test(name)) return 3;
  if (!/loss|acc|score|reward|success|perplexity|f1|bleu|auc|error/i.test(name)) return 2;
  return /val|eval|test/i.test(name) ? 0 : 1;
}
