import t from "tap";
import { formatIndices, parseIndices } from "../../../lib/record/indices.js";

t.test("indices become Slurm's short form, and that becomes the indices again", async (t) => {
  const cases: [number[], string][] = [
    [[], ""],
    [[0], "0"],
    [[0, 1, 2, 5], "0-2,5"],
    [[7, 3, 4, 3], "3-4,7"],
    [Array.from({ length: 300 }, (_, i) => i).concat(305), "0-299,305"],
  ];
  for (const [indices, text] of cases) {
    t.equal(formatIndices(indices), text);
    t.strictSame(
      parseIndices(text),
      [...new Set(indices)].sort((a, b) => a - b),
    );
  }
});

t.test("what nobody writes is refused", async (t) => {
  for (const text of ["a", "1,", "3-1", "1,1", "5,2", "01", "-1", "1-2-3", "0-4:2", "0-99999999", "0-4000001", " 1"])
    t.throws(() => parseIndices(text), { code: "dataerr" }, text);
});
