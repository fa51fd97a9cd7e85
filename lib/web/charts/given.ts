// The series of metrics as the API gives them.
import type { GivenPoint } from "../../graph/curves.js";

export interface GivenSeries {
  name: string;
  points: GivenPoint[];
  count: number;
}

export interface MetricsDeclared {
  path: string;
  answer: { series: GivenSeries[]; names: string[] };
}

export interface MetricsOfDeclared {
  path: string;
  answer: { series: (GivenSeries & { run: string })[] };
}
