// How often the commands ask an NFS server, counted by the client's kernel in the guest of test/nfs.
import { runGuest } from "../nfs/guest.js";
import { missingForNfs } from "../nfs/needed.js";
import type { Bench } from "./bench.js";
import { countFigure } from "./figure.js";

type Cost = { what: string; all: number } & Record<string, number | string>;

export const nfs: Bench = {
  title: `Requests to an NFSv4.2 server, with the client's caches as they are then: first by the client that does it all,
then by one that has seen nothing yet.`,
  missing: missingForNfs,
  async *figures(say) {
    say("a guest kernel with a server and two clients");
    const { findings, said } = await runGuest({ plan: { tries: ["costs"], claimers: 0, rounds: 0 }, limit_s: 900 });
    const finding = findings.find(({ tried }) => tried === "costs");
    if (finding?.found === undefined) throw new Error(`nothing was counted: ${finding?.error ?? said}`);
    for (const cost of finding.found as Cost[])
      yield countFigure({ bench: "nfs", what: `${cost.what}: ${kindsOf(cost)}`, unit: "requests" }, cost.all);
  },
};

/** The kinds that are most frequent, which come first. */
function kindsOf({ what, all, ...kinds }: Cost): string {
  const words = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  return `${words.slice(0, 4).join(", ")}${words.length > 4 ? ", …" : ""}`;
}
