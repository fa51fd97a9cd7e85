import t from "tap";
import { phases } from "../../../lib/record/phase.js";
import type { Run } from "../../../lib/record/run.js";
import { needs } from "../../../lib/verb/phase.js";

const run = (phase: unknown) => ({ type: "run", v: 1, id: "x", phase }) as Run;

t.test("a run that has come as far, or farther, is taken", async (t) => {
  for (const [i, phase] of phases.entries())
    for (const needed of phases.slice(0, i + 1)) t.doesNotThrow(() => needs(run(phase), needed, "lab-x"));
});

t.test("one that has not is refused, by the name of the command that it lacks", async (t) => {
  for (const [i, phase] of phases.entries())
    for (const needed of phases.slice(i + 1))
      t.throws(() => needs(run(phase), needed, "lab-x"), {
        code: "dataerr",
        message: `the run has not been through lab-x (it is ${phase})`,
      });
  t.throws(() => needs(run(undefined), "planned", "lab-plan"), { message: /it is no plan yet/ });
  t.throws(() => needs(run("frozen"), "planned", "lab-plan"), { message: /it is frozen/ });
});
