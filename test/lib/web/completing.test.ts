// What the filter offers while it is typed, and where it marks a mistake.
import t from "tap";
import {
  completions,
  type Field,
  isExpression,
  literal,
  mistake,
  written,
} from "../../../lib/web/pages/runs/completing.js";

const fields: Field[] = [
  { path: "state", kind: "status", type: "text", count: 9, values: ["failed", "running"] },
  { path: "name", kind: "status", type: "text", count: 9, values: ["train 1", "name"] },
  { path: "planned_at", kind: "status", type: "time", count: 9 },
  { path: "params.lr", kind: "param", type: "number", count: 9, min: 0.001, max: 0.1 },
  { path: "metrics.val/loss", kind: "metric", type: "number", count: 3 },
];
const offered = (text: string, caret = text.length) =>
  completions(text, caret, fields).options.map(({ shown }) => shown);
/** The text after the first option was taken. */
const taken = (text: string, caret = text.length) => {
  const { from, to, options } = completions(text, caret, fields);
  return `${text.slice(0, from)}${options[0]?.insert}${text.slice(to)}`;
};

t.test("a field, an operator that fits it, a value of it, and what joins two", async (t) => {
  t.strictSame(offered(""), ["state", "name", "planned_at", "params.lr", 'metrics["val/loss"]']);
  t.strictSame(offered("lr"), ["params.lr"], "also by a part of its name");
  t.strictSame(offered("state "), ["=", "!=", "~", "like", "in"]);
  t.strictSame(offered("params.lr "), ["=", "!=", "<", "<=", ">", ">=", "in"]);
  t.strictSame(offered("state = "), ["failed", "running"]);
  t.strictSame(offered("state = r"), ["running"]);
  t.strictSame(offered("state in [failed, "), ["failed", "running"]);
  t.strictSame(offered("state in [failed] "), ["and", "or"]);
  t.match(offered("planned_at > "), ["today", "yesterday"]);
  t.strictSame(
    offered("params.lr < 1 and not (s"),
    ["state", "params.lr", 'metrics["val/loss"]'].filter((f) => f.includes("s")),
  );
  t.match(offered('metrics["val/loss"] '), ["=", "!=", "<"], "a name in brackets is one word");
  t.strictSame(offered("state = failed and par and x = 1", 22), ["params.lr"], "in the middle too");
});

t.test("what is taken stands where the part of it stood", async (t) => {
  t.equal(taken("lr"), "params.lr ");
  t.equal(taken("params.lr < 1 and st"), "params.lr < 1 and state ");
  t.equal(taken("stat = failed", 2), "state = failed");
  t.equal(taken("state = fai"), "state = failed ");
  t.equal(taken("name = tr"), 'name = "train 1" ');
});

t.test("values and fields are written as lab-where reads them", async (t) => {
  t.equal(literal("failed"), "failed");
  t.equal(literal(0.1), "0.1");
  t.equal(literal('a "b" c'), '"a \\"b\\" c"');
  t.equal(literal("name", fields), '"name"', "a word that is a field's name is quoted");
  t.equal(literal("and"), '"and"');
  t.equal(written("params.lr"), "params.lr");
  t.equal(written("metrics.val/loss"), 'metrics["val/loss"]');
});

t.test("words are told from expressions", async (t) => {
  for (const text of ["train", "vit warm-up", "a1b2c3", ""]) t.notOk(isExpression(text), text);
  for (const text of ["lr<1", "state = failed", "not name", "exists(metrics.loss)", "name like 'x*'"])
    t.ok(isExpression(text), text);
});

t.test("a mistake is where the server says it is", async (t) => {
  t.strictSame(mistake("seed=0 and lrr<1e-3", "cannot read --where: unknown word 'lrr' at character 12"), {
    from: 11,
    to: 14,
  });
  t.strictSame(mistake("a =", "cannot read --where: it ends at character 4"), { from: 3, to: 3 });
  t.equal(mistake("a", "no such user"), undefined);
});
