import t from "tap";
import { controlSequences } from "../../../lib/command/control-sequences.js";

const without = (text: string) => text.replace(controlSequences, "");

t.test("colours, cursor and modes, in both of their spellings", async (t) => {
  for (const sequence of ["[31m", "[0;1;38:5:7m", "[2J", "[H", "[?1049h", "[10;20H", "[ q", "[!p", "[>4;2m", "[6n"]) {
    t.equal(without(`a\u001b${sequence}b`), "ab", sequence);
    t.equal(without(`a\u009b${sequence.slice(1)}b`), "ab", sequence);
  }
});

t.test("titles, links and other strings go whole", async (t) => {
  t.equal(without("a\u001b]0;title\u0007b"), "ab");
  t.equal(without("a\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\b"), "alinkb");
  t.equal(without("a\u001bPq#0\u001b\\b"), "ab");
  t.equal(without("a\u009d0;x\u009cb"), "ab");
});

t.test("plain text stays, also where it looks alike", async (t) => {
  for (const text of ["a\t[info] x", "[31m", "x\n[ok]", "array[0]m", "\u0007[bell]"]) t.equal(without(text), text);
});

t.test("a long text full of beginnings is read in one go", async (t) => {
  const text = "\u001b]0;\u009d\u001b[0;0".repeat(300_000);
  const began = process.cpuUsage().user;
  without(text);
  t.ok(process.cpuUsage().user - began < 5e6, "no more than a few passes over it");
});
