import t from "tap";
import { parseToml } from "../../../lib/toml/document.js";
import { positions } from "../../../lib/toml/positions.js";

t.test("where keys and values stand", async (t) => {
  const text = `\uFEFFa.b = 1\r\n[t]\r\nx = [ 1,\r\n  { k = "v" } ]\r\n[[u.v]]\r\n[[u.v]]\r\n"q.q" = 2\r\n[u.v.w]\r\nz = 1`;
  const places = await positions(parseToml(text, "x"));
  for (const [path, part, where] of [
    [["a"], "key", "1:1"],
    [["a", "b"], "key", "1:3"],
    [["a", "b"], "value", "1:7"],
    [["t"], "key", "2:2"],
    [["t"], "value", "2:2"],
    [["t", "missing"], "key", "2:2"],
    [["t", "x", 0], "value", "3:7"],
    [["t", "x", 1, "k"], "key", "4:5"],
    [["t", "x", 1, "k"], "value", "4:9"],
    [["u"], "key", "5:3"],
    [["u", "v", 0], "key", "5:5"],
    [["u", "v", 1], "key", "6:5"],
    [["u", "v", 1, "q.q"], "value", "7:9"],
    [["u", "v", 1, "w", "z"], "key", "9:1"],
    [["nowhere", 1], "value", "1:1"],
    [[], "key", "1:1"],
  ] as const) {
    const { line, column } = places.of(path, part);
    t.equal(`${line}:${column}`, where, `${path.join(".")} ${part}`);
  }
});
