import t from "tap";
import { digestsOf, keyView } from "../../../../lib/verb/show/key-view.js";

const style = { header: true, colour: false, width: 60, now: 0 };
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const [x, y] = ["20261120-201455-aaaaaa", "20261120-201455-bbbbbb"];

t.test("one key: what went in, digests short, what is empty left out, nothing that steers a terminal", async (t) => {
  const of = {
    key: "lab-key/1",
    command: ["sh", "-c", "echo \u001b[31mred"],
    args: {},
    pass: [],
    source: digest("a"),
    params: { "a b": { c: 1 } },
  };
  const text = keyView({ type: "key", v: 1, run: x, digest: digest("b"), version: "lab-key/1", of, epoch: "2" }, style);
  t.equal(
    text,
    `${x}  ${digest("b")}\n  lab-key/1, epoch 2\n  command       sh -c echo red\n  source        sha256:aaaaaaaaaaaaaaaa…\n  params.a b.c  1\n`,
  );
  const coloured = keyView(
    { type: "key", v: 1, recipe: "/r.toml", digest: digest("b"), version: "lab-key/1", of },
    { ...style, colour: true },
  );
  t.match(coloured, "\u001b[1m/r.toml\u001b[0m");
});

t.test("two keys: what differs, files, makers, what does not count", async (t) => {
  const comparison = {
    type: "key-comparison",
    v: 1,
    same: false,
    a: { run: x, digest: digest("a") },
    b: { recipe: "/r.toml", digest: digest("b") },
    differs: [
      { path: "inputs.m.key", a: digest("c"), b: digest("d"), a_run: x, b_run: y },
      { path: "seed", b: 1 },
    ],
    files: [
      { path: "a\u001b[2Jb", how: "changed" },
      ...Array.from({ length: 25 }, (_, i) => ({ path: `f${i}`, how: i % 2 ? "only in a" : "only in b" })),
    ],
    besides: [{ path: "name", a: "one", b: "two words" }],
  };
  const lines = keyView(comparison, { ...style, width: 200 }).split("\n");
  t.equal(lines[0], `${x} and /r.toml have two keys`);
  t.equal(lines[3], "  inputs.m.key  sha256:cccccccccccccccc… (of aaaaaa) → sha256:dddddddddddddddd… (of bbbbbb)");
  t.equal(lines[4], "  seed          not set → 1");
  t.strictSame(lines.slice(5, 8), ["    ~ ab", "    + f0", "    - f1"]);
  t.ok(lines.includes("    and 6 more"));
  t.strictSame(lines.slice(-4), ["", "What differs and does not count:", "  name  one → two words", ""]);
  t.ok(
    keyView(comparison, style)
      .split("\n")
      .every((line) => [...line].length <= 80),
    "and narrow it is broken",
  );
  t.strictSame(digestsOf(comparison), [digest("a"), digest("b")]);
});

t.test("one key of two epochs is said to be that", async (t) => {
  const side = (run: string, epoch: string) => ({ run, digest: digest("a"), epoch });
  const record = {
    type: "key-comparison",
    v: 1,
    same: true,
    a: side(x, "1"),
    b: side(y, "2"),
    differs: [],
    besides: [],
  };
  t.match(keyView(record, style), "have one key\n");
  t.match(keyView(record, style), "but not one epoch (1, 2): neither answers for the other");
  t.notMatch(keyView({ ...record, b: side(y, "1") }, style), "epoch");
});
