// What policies have asked for: each request is about its own try, and what is noted beside it is of a request.
import path from "node:path";
import { isName } from "../../record/names.js";
import { type EvalRequest, evalRequestSchema } from "../../record/policy.js";
import { evalName } from "../../registry/evals.js";
import { evalFile, policyDirectory } from "../../registry/layout.js";
import type { Looking, Survey } from "./breach.js";
import { folder, namesIn, recordIn, regular } from "./files.js";

/** What a user's policies have asked for. */
export function* checkEvals(survey: Survey, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, "evals", user);
  for (const policy of yield* namesIn(survey, "eval", directory)) {
    const at = path.join(directory, policy);
    if (!isName(policy)) yield { check: "stray", path: at, message: "is no policy" };
    else if (yield* folder(survey, at, owner)) yield* onePolicy(survey, user, owner, policy);
  }
}

function* onePolicy(survey: Survey, user: string, owner: number, policy: string): Looking {
  const directory = policyDirectory(survey.registry.base, user, policy);
  const names = yield* namesIn(survey, "eval", directory);
  const known = new Set(names);
  for (const name of names) {
    yield undefined;
    const file = path.join(directory, name);
    const of = evalName(name);
    if (of === undefined) {
      yield { check: "stray", path: file, message: "is no file of a policy" };
      continue;
    }
    const { artifact, attempt, what } = of;
    if (what === "json") {
      const wrong = (one: EvalRequest) =>
        one.policy === policy && one.artifact === artifact && one.attempt === attempt && one.user === user
          ? undefined
          : `is of try ${one.attempt} of ${one.user}'s ${one.policy} at ${one.artifact}`;
      yield* recordIn(survey, file, { owner, schema: evalRequestSchema, check: "eval", wrong });
      if (attempt > 1 && !known.has(evalFile("", artifact, attempt - 1, "json")))
        yield { check: "eval", path: file, message: `is try ${attempt}, and there is none before it` };
      continue;
    }
    yield* regular(survey, file, owner);
    if (!known.has(evalFile("", artifact, attempt, "json")))
      yield { check: "eval", path: file, message: "there is no request that it is about" };
  }
}
