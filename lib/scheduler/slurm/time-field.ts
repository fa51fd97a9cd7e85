// Slurm's times as the toolkit writes them.
import { timestamp } from "../../record/units.js";

/** A field with a time, where Slurm (asked for seconds since 1970) knows it; `Unknown`, `None` and `N/A` give no field. */
export function timeField<Name extends string>(name: Name, seconds: string): Partial<Record<Name, string>> {
  if (!/^[1-9]\d*$/.test(seconds)) return {};
  return { [name]: timestamp(Number(seconds) * 1000) } as Partial<Record<Name, string>>;
}
