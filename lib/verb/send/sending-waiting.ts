// Runs that waited, all that may go now: of those that wait for room as many as there is, and where nobody knows how much that
// is one, then two, then four.
import type { Context } from "../../command/context.js";
import type { Sender } from "../../pass/submit.js";
import { waitsForRoom } from "../../record/decided.js";
import type { Run } from "../../record/run.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { rendered } from "./rendered.js";
import type { Sent } from "./sending.js";
import { roomOf } from "./sending-elements.js";
import { sendMany } from "./sending-many.js";

/** Sends them and says of each that was tried what became of it. */
export async function* sendWaiting(
  disks: readonly RunOnDisk[],
  sender: Sender,
  context: Context,
): AsyncGenerator<[RunOnDisk, Sent | Error]> {
  yield* tried(
    disks.filter(({ facts }) => !waitsForRoom(facts)),
    sender,
    context,
  );
  const room = roomOf(sender, context);
  const shapes = new Map<string, RunOnDisk[]>();
  for (const disk of disks.filter(({ facts }) => waitsForRoom(facts))) {
    const { account, qos } = disk.run.resources;
    const shape = JSON.stringify([account, qos]);
    const alike = shapes.get(shape);
    if (alike) alike.push(disk);
    else shapes.set(shape, [disk]);
  }
  for (const alike of shapes.values()) {
    const left = await room.of((alike[0] as RunOnDisk).run.resources);
    if (left <= 0) continue;
    if (Number.isFinite(left)) yield* tried(alike.slice(0, left), sender, context);
    else yield* doubling(alike, sender, context);
  }
}

async function* doubling(
  alike: readonly RunOnDisk[],
  sender: Sender,
  context: Context,
): AsyncGenerator<[RunOnDisk, Sent | Error]> {
  for (let [from, size] = [0, 1]; from < alike.length; from += size, size *= 2) {
    let isFull = false;
    for await (const one of tried(alike.slice(from, from + size), sender, context)) {
      isFull ||= one[1] instanceof Error || one[1].how === "deferred";
      yield one;
    }
    if (isFull || context.signal.aborted) return;
  }
}

async function* tried(
  disks: readonly RunOnDisk[],
  sender: Sender,
  context: Context,
): AsyncGenerator<[RunOnDisk, Sent | Error]> {
  const runs = new Map<Run, RunOnDisk>(disks.map((disk) => [rendered(disk), disk]));
  for (const [run, sent] of await sendMany([...runs.keys()], sender, "advance", context)) {
    const disk = runs.get(run);
    if (disk) yield [disk, sent];
  }
}
