// The numbers by which a file is known to be unchanged, of many files, without an object for each: ten thousand of those
// cost more to collect than to make.

export interface FileStat {
  mtimeNs: bigint;
  ctimeNs: bigint;
  size: bigint;
  ino: bigint;
  mode: bigint;
}

export interface StatTable {
  /** Five for each file: mtime and ctime in ns, size, inode, mode. */
  numbers: BigInt64Array;
  set(place: number, stat: FileStat): void;
  /** Whether a later look at the file shows that nothing was done to it. */
  same(place: number, stat: FileStat): boolean;
  /** Whether a file of another table has the same numbers. */
  equal(place: number, other: StatTable, there: number): boolean;
  /** Whether it was changed before that time (ns). */
  olderThan(place: number, time: bigint): boolean;
  /** Makes it match nothing. */
  clear(place: number): void;
}

export const statWidth = 5;

export function statTable(numbers: BigInt64Array): StatTable {
  return {
    numbers,
    set(place, { mtimeNs, ctimeNs, size, ino, mode }) {
      const at = place * statWidth;
      numbers[at] = mtimeNs;
      numbers[at + 1] = ctimeNs;
      numbers[at + 2] = size;
      numbers[at + 3] = ino;
      numbers[at + 4] = mode;
    },
    same(place, { mtimeNs, ctimeNs, size, ino, mode }) {
      const at = place * statWidth;
      return (
        numbers[at] === mtimeNs &&
        numbers[at + 1] === ctimeNs &&
        numbers[at + 2] === size &&
        numbers[at + 3] === BigInt.asIntN(64, ino) &&
        numbers[at + 4] === mode
      );
    },
    equal(place, other, there) {
      for (let i = 0; i < statWidth; i += 1) {
        if (numbers[place * statWidth + i] !== other.numbers[there * statWidth + i]) return false;
      }
      return true;
    },
    olderThan: (place, time) =>
      (numbers[place * statWidth] ?? 0n) < time && (numbers[place * statWidth + 1] ?? 0n) < time,
    clear: (place) => numbers.fill(0n, place * statWidth, (place + 1) * statWidth),
  };
}
