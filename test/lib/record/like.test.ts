import fc from "fast-check";
import t from "tap";
import { like } from "../../../lib/record/like.js";

t.test("patterns", async (t) => {
  const yes = {
    a: "a",
    "a*": "a",
    "*": "",
    "a*c": "a\nbc",
    "a?c": "aéc",
    "*b*": "abc",
    "**a": "ba",
    "a*b*c": "abxbc",
    "?": "𝄞",
  };
  for (const [pattern, text] of Object.entries(yes)) t.ok(like(pattern)(text), `${pattern} ${text}`);
  const no = { a: "ab", "a?c": "ac", "a.c": "abc", "a*b": "abc", "?": "", "": "a", "*ab": "abb", A: "a" };
  for (const [pattern, text] of Object.entries(no)) t.notOk(like(pattern)(text), `${pattern} ${text}`);
  t.ok(like("[x](y)+^$|\\{}")("[x](y)+^$|\\{}"), "nothing else is special");
});

t.test("it is what a regular expression would find", async (t) => {
  const letters = (some: string) => fc.string({ unit: fc.constantFrom(...some), maxLength: 8 });
  fc.assert(
    fc.property(letters("ab*?"), letters("ab"), (pattern, text) => {
      const source = pattern.replaceAll("*", ".*").replaceAll("?", ".");
      return like(pattern)(text) === new RegExp(`^${source}$`).test(text);
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

t.test("no pattern takes for ever", async (t) => {
  // A regular expression of this pattern would still be at it when the sun has gone out.
  t.notOk(like(`${"*a".repeat(50)}b`)("a".repeat(5000)));
});
