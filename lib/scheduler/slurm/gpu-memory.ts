// Slurm knows no memory of GPUs: what it can be asked for is a node with a feature whose GPUs have enough.
import { fault } from "../../record/fault.js";
import { shortSize } from "../../record/units.js";

/**
 * The constraint of a job that wants GPUs with at least `bytes` of memory: its own, and any of the features in `features`
 * (bytes by feature) that have it. Throws dataerr where the cluster file names no such feature.
 */
export function gpuMemoryConstraint(
  constraint: string | undefined,
  bytes: number | undefined,
  features: Readonly<Record<string, number>>,
): string | undefined {
  if (bytes === undefined) return constraint;
  const enough = Object.keys(features).filter((feature) => (features[feature] ?? 0) >= bytes);
  if (enough.length === 0) {
    const known = Object.entries(features).map(([feature, size]) => `${feature} ${shortSize(size)}`);
    throw fault(
      "dataerr",
      `cannot ask Slurm for GPUs with ${shortSize(bytes)} of memory: no feature of this cluster has them`,
      {
        hint:
          known.length === 0
            ? "name a feature of the nodes that have them as constraint"
            : `the cluster file knows ${known.join(", ")}`,
      },
    );
  }
  const any = enough.join("|");
  if (constraint === undefined) return any;
  if (constraint.includes("[")) {
    throw fault(
      "dataerr",
      `cannot join gpu_mem to the constraint '${constraint}': Slurm takes no features beside brackets`,
      {
        hint: "name the features in the constraint, without gpu_mem",
      },
    );
  }
  return `${group(constraint)}&${group(any)}`;
}

function group(expression: string): string {
  return expression.includes("|") ? `(${expression})` : expression;
}
