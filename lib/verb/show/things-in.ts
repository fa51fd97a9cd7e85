// The things of the registry in question, with the states of now. What is wrong with the caller's own fails the command; what
// is wrong with another user's is said, and fails nothing: whoever may write somewhere could break everybody's commands else.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import { type Graces, stateOf } from "../../record/state.js";
import { type Things, thingsOn } from "../../registry/things.js";

/** With `most` no more than so many of the runs that used one thing are opened. */
export async function thingsIn(context: Context, limits: Graces, most?: number): Promise<Things> {
  return thingsOn(
    await context.registry(),
    ({ facts }) => stateOf(facts, context.now, limits).state,
    (id, message, isOthers) =>
      isOthers ? context.say(`${id}: ${message}`) : context.report(id, fault("dataerr", message)),
    most,
  );
}
