import fc from "fast-check";
import t from "tap";
import {
  parseDuration,
  parseSize,
  parseTime,
  shortDuration,
  shortSize,
  slurmTime,
  timestamp,
} from "../../../lib/record/units.js";

const day = 86_400;

t.test("durations, as people and Slurm write them", async (t) => {
  for (const [text, seconds] of [
    ["0", 0],
    ["90", 90],
    ["1.5", 1.5],
    ["90s", 90],
    ["5m", 300],
    ["5min", 300],
    ["1h30m", 5400],
    ["0.5h", 1800],
    ["3d", 3 * day],
    ["2w", 14 * day],
    [" 1H ", 3600],
    ["10:30", 630],
    ["08:00:00", 8 * 3600],
    ["1-12", 1.5 * day],
    ["1-12:30", 1.5 * day + 1800],
    ["1-12:00:05", 1.5 * day + 5],
  ] as const)
    t.equal(parseDuration(text), seconds, text);
});

t.test("what is no duration is refused", async (t) => {
  for (const text of [
    "",
    " ",
    "-5",
    "5x",
    "1h 30m",
    "h",
    "1-",
    "1:2:3:4",
    "1e3",
    "NaN",
    "Infinity",
    "٣",
    "5m\n6",
    "9".repeat(400),
    `${"9".repeat(400)}d`,
  ])
    t.throws(() => parseDuration(text), { code: "dataerr", message: /^cannot read the duration/, hint: /90m/ }, text);
});

t.test("Slurm's time reads back, rounded up to a second", async (t) => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (s) => parseDuration(slurmTime(s)) === Math.ceil(s)),
  );
  t.same([0, 59.2, 3600, day - 1, day, 1.5 * day].map(slurmTime), [
    "00:00:00",
    "00:01:00",
    "01:00:00",
    "23:59:59",
    "1-00:00:00",
    "1-12:00:00",
  ]);
});

t.test("a duration for a person has two units at most", async (t) => {
  const shown = [
    [0, "0s"],
    [-3, "0s"],
    [59.4, "59s"],
    [59.6, "1m 00s"],
    [200, "3m 20s"],
    [3599.7, "1h 00m"],
    [7500, "2h 05m"],
    [3.2 * day, "3d 4h"],
  ] as const;
  for (const [seconds, text] of shown) t.equal(shortDuration(seconds), text);
});

t.test("sizes are powers of 1024, whatever the unit is called", async (t) => {
  for (const [text, bytes] of [
    ["0", 0],
    ["2048", 2048],
    ["4GB", 4 * 2 ** 30],
    ["4g", 4 * 2 ** 30],
    ["500M", 500 * 2 ** 20],
    ["1.5 TiB", 1.5 * 2 ** 40],
    ["0.5K", 512],
    ["1pb", 2 ** 50],
    ["12B", 12],
  ] as const)
    t.equal(parseSize(text), bytes, text);
  for (const text of ["", "GB", "-1G", "1.G", "1 G B", "4XB", "1e3", "9".repeat(30), "99999P"])
    t.throws(() => parseSize(text), { code: "dataerr", hint: /4GB/ }, text);
});

t.test("a size for a person is never 1024 of anything", async (t) => {
  t.same([0, 312, 1023, 1024, 4096, 2 ** 20 - 1, 1.5 * 2 ** 30, 2 ** 60].map(shortSize), [
    "0 B",
    "312 B",
    "1023 B",
    "1.0 KiB",
    "4.0 KiB",
    "1.0 MiB",
    "1.5 GiB",
    "1024 PiB",
  ]);
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => Number.parseFloat(shortSize(bytes)) < 1024));
});

t.test("points in time", async (t) => {
  const now = Date.parse("2026-11-20T14:30:00Z");
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  t.equal(parseTime("now", now), now);
  t.equal(parseTime("today", now), midnight);
  t.equal(new Date(parseTime("yesterday", now)).getDate(), new Date(midnight - 1).getDate());
  t.equal(parseTime("2026-11-20T14:00:00Z", 0), Date.parse("2026-11-20T14:00:00Z"));
  t.equal(parseTime("2026-11-20 14:00:00.250+01:00", 0), Date.parse("2026-11-20T13:00:00.250Z"));
  t.equal(parseTime("2026-11-20 14:00", 0), new Date(2026, 10, 20, 14).getTime(), "local where no zone is given");
  t.equal(parseTime("2026-11-20", 0), new Date(2026, 10, 20).getTime());
  t.equal(parseTime("2028-02-29", 0), new Date(2028, 1, 29).getTime());
  t.equal(parseTime("90m", now), now - 5_400_000);
  t.equal(parseTime("3d", now), now - 3 * day * 1000);
  t.equal(parseTime(timestamp(now), 0), now);
});

t.test("no such point in time", async (t) => {
  for (const text of [
    "2026-13-01",
    "2026-02-30",
    "2027-02-29",
    "2026-02-30T12:00:00Z",
    "2026-11-20T24:00",
    "2026-11-20T14",
    "2026-11-20T14:00 (noon)",
    "2026-11-20 x",
    "2026-11-20T14:00:00 x",
    "tomorrow",
    "",
    "9999999999d",
  ])
    t.throws(() => t.comment(parseTime(text, 0)), { code: "dataerr" }, text);
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        return !Number.isNaN(new Date(parseTime(text, 0)).getTime());
      } catch (error) {
        return (error as { code?: string }).code === "dataerr";
      }
    }),
  );
});
