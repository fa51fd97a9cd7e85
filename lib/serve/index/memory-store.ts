// The rows of an index whole, in memory: those of packs as bytes in large pieces, so that the collector of garbage has a few
// hundred things to look at and not a few hundred thousand.
import type { Kind, Store } from "./store.js";

/** One that is gone with the process. */
export function memoryStore(): Store {
  const packed = slabs();
  // These change often, and are few.
  const live = new Map<number, string>();
  const remove = (row: number) => {
    packed.remove(row);
    live.delete(row);
  };
  return {
    put: (row: number, kind: Kind, text: string | Uint8Array) => {
      remove(row);
      if (kind === "live") live.set(row, typeof text === "string" ? text : Buffer.from(text).toString());
      else packed.put(row, typeof text === "string" ? Buffer.from(text) : text);
    },
    remove,
    text: (row) => {
      const text = live.get(row);
      if (text !== undefined) return { kind: "live", text };
      const line = packed.text(row);
      return line === undefined ? undefined : { kind: "packed", text: line };
    },
    begin: () => {},
    commit: () => {},
    close: () => {},
  };
}

const slabBytes = 1 << 20;

/** Texts by small numbers. A piece of memory goes when none of its texts is left: those of a pack, which come together, go together. */
function slabs() {
  const all: (Buffer | undefined)[] = [];
  const counts: number[] = [];
  let used = slabBytes;
  // By number: in which piece, plus one; where there, and how many bytes.
  let places = new Uint32Array(3 * 1024);
  const roomFor = (bytes: number) => {
    if (used + bytes > slabBytes) {
      all.push(Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes)));
      counts.push(0);
      used = 0;
    }
    return all.length - 1;
  };
  return {
    put(n: number, bytes: Uint8Array) {
      const slab = roomFor(bytes.length);
      all[slab]?.set(bytes, used);
      if (3 * n + 2 >= places.length) {
        const larger = new Uint32Array(Math.max(places.length * 2, 3 * (n + 1)));
        larger.set(places);
        places = larger;
      }
      places[3 * n] = slab + 1;
      places[3 * n + 1] = used;
      places[3 * n + 2] = bytes.length;
      counts[slab] = (counts[slab] ?? 0) + 1;
      used += bytes.length;
    },
    text(n: number): string | undefined {
      const slab = all[(places[3 * n] ?? 0) - 1];
      const at = places[3 * n + 1] ?? 0;
      return slab?.toString("utf8", at, at + (places[3 * n + 2] ?? 0));
    },
    remove(n: number) {
      const slab = (places[3 * n] ?? 0) - 1;
      if (slab < 0) return;
      places[3 * n] = 0;
      counts[slab] = (counts[slab] ?? 0) - 1;
      if (counts[slab] === 0 && slab < all.length - 1) all[slab] = undefined;
    },
  };
}
