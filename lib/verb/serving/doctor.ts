// How the place is: the checks of lab-doctor that write nothing, for all who look, at most a minute old.
import type * as v from "valibot";
import type { checkSchema } from "../../record/records.js";
import { timestamp } from "../../record/units.js";
import { doctorApi } from "../../serve/api/queue.js";
import { breather } from "../breathing.js";
import { diagnose } from "../doctor/doctoring.js";
import { type Answering, answering } from "./answering.js";
import { atMostEvery } from "./at-most-every.js";

type Check = v.InferOutput<typeof checkSchema>;

const every_ms = 60_000;

export const doctor: Answering = (served) => {
  const look = atMostEvery(every_ms, async () => {
    const now = Date.now();
    const checks: Check[] = [];
    const rest = breather();
    // Nothing is written, so that who only looks changes nothing.
    for await (const finding of diagnose({ ...served.context, now, dryRun: true })) {
      checks.push({ ...finding });
      await rest();
    }
    return { checks, as_of: timestamp(now) };
  });
  return answering(doctorApi, look)(served);
};
