// Lineage as the page draws it: nodes and arrows around what is asked about, as many as fit.
import { surroundings } from "../../graph/surroundings.js";
import type { Neighbours, Way } from "../../record/lineage.js";
import { neighboursOn } from "../../registry/neighbours.js";
import type { Things } from "../../registry/things.js";
import { lineageApi } from "../../serve/api/lineage.js";
import { breather } from "../breathing.js";
import { graces } from "../runs.js";
import { rootsOf } from "../show/lineage-roots.js";
import { thingsIn } from "../show/things-in.js";
import { trusted } from "../trust.js";
import { answering } from "./answering.js";
import { anyRef } from "./refs.js";

const ways: Record<"up" | "down" | "both", readonly Way[]> = { up: ["up"], down: ["down"], both: ["up", "down"] };

/** Of how many runs that used one thing each is looked at, unless more nodes are asked for than usual; of the others only how many they are. */
const mostUsers = 24;
const usual = 250;

/** No word of a request is a path: nothing is below a file. */
export const nowhere = "/dev/null";

export const lineage = answering(
  lineageApi,
  async ({ what = "" }, { direction = "both", depth = 6, limit = usual }, { context }) => {
    const notes: string[] = [];
    const say = (message: string) => void notes.push(message);
    const own = { ...context, say };
    const things = await thingsIn(own, await graces(context), limit > usual ? limit : Math.min(mostUsers, limit));
    const roots = rootsOf(anyRef(what), { things, cwd: nowhere, trusts: await trusted(context), warn: say });
    const { nodes, edges, cut } = await surroundings(roots, breathing(neighboursOn(things)), {
      ways: ways[direction],
      depth,
      nodes: limit,
      left: ({ id }, way) => (way === "down" ? leftOf(things, id) : 0),
    });
    return { nodes, edges, ...(cut > 0 ? { cut } : {}), ...(notes.length > 0 ? { notes } : {}) };
  },
);

function leftOf({ left }: Things, id: string): number {
  return left.get(id) ?? 0;
}

function breathing(neighbours: Neighbours): Neighbours {
  const rest = breather();
  return async (node, way) => {
    await rest();
    return neighbours(node, way);
  };
}
