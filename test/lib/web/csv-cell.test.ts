// What a spreadsheet makes of names that somebody else chose.
import t from "tap";
import { csvCell } from "../../../lib/web/parts/csv-cell.js";

t.test("no text is a formula, and none leaves its field", async (t) => {
  const cases: [unknown, string][] = [
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+1", "'+1"],
    ["-2+3|cmd", "'-2+3|cmd"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["a\rb", '"a\rb"'],
    ['=a,"b"\n', '"\'=a,""b""\n"'],
    [-1.5, "-1.5"],
    [[1, "x"], '"[1,""x""]"'],
    [undefined, ""],
  ];
  for (const [value, text] of cases) t.equal(csvCell(value), text, JSON.stringify(value));
});
