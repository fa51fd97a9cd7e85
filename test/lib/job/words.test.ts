import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import t from "tap";
import words from "../../../lib/job/runtime/words.sh";

/** Runs lines of bash after the runtime's words, with arguments; stdout as bytes. */
function bash(lines: string, args: (string | Buffer)[] = [], cwd = "/"): Buffer {
  // Arguments may be no UTF-8, which spawn cannot pass: they come by stdin, each with a NUL at its end.
  const input = Buffer.concat(args.flatMap((arg) => [Buffer.from(arg as string), Buffer.from([0])]));
  const read = `args=(); while IFS= read -r -d '' word; do args+=("$word"); done; set -- "\${args[@]}"`;
  const script = `export LC_ALL=C; lab_host=h lab_can_sync=\n${words}\n${read}\n${lines}`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script], { input, cwd, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${status}: ${stderr}`);
  return stdout;
}

const withoutNul = fc
  .uint8Array({ minLength: 0, maxLength: 60 })
  .map((bytes) => Buffer.from(bytes.filter((b) => b !== 0)));
const hostile = fc.oneof(
  withoutNul,
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => Buffer.from(text.replaceAll("\0", ""))),
  fc
    .array(
      fc.constantFrom(
        "\xc3\xa9",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "\xed\xa0\x80",
        "\xc0\x80",
        "\xf5\x80",
        "\xe2\x82",
        '"',
        "\\",
        "\n",
        "\x01",
        "\x7f",
        "*",
        "$(id)",
        "%s",
        "&",
        "a",
      ),
      { maxLength: 20 },
    )
    .map((parts) => Buffer.from(parts.join(""), "latin1")),
);

t.test("any bytes become a JSON string, what is not UTF-8 replaced as Node replaces it", async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 20 }), (texts) => {
        const out = bash('for text in "$@"; do lab_json_string "$text"; printf "%s\\n" "$REPLY"; done', texts);
        const lines = out.toString("utf8").split("\n").slice(0, -1);
        return texts.every((text, i) => {
          const read: unknown = JSON.parse(lines[i] ?? "");
          // How many U+FFFD stand for one broken sequence is a matter of taste.
          const squeeze = (word: string) => word.replace(/\ufffd+/g, "\ufffd");
          return typeof read === "string" && squeeze(read) === squeeze(text.toString("utf8"));
        });
      }),
      { numRuns: 40 },
    ),
  );
});

t.test("an object leaves out what is unknown, and a field of it is read back", async (t) => {
  const make = 'lab_json_object type text x v raw 1 empty text "" name text "$1" list raw "[1]"; printf %s "$REPLY"';
  t.same(JSON.parse(bash(make, ['é "quoted" \\ \n']).toString()), {
    type: "x",
    v: 1,
    name: 'é "quoted" \\ \n',
    list: [1],
  });
  const dir = t.testdir({
    pretty: JSON.stringify(
      { says: 'a "job": "7", "void": true', job: "12_3", submission: 4, void: false },
      undefined,
      2,
    ),
    compact: JSON.stringify({ job: "5" }),
    broken: '{"job": ',
  });
  const field = (file: string, name: string) =>
    bash('lab_field "$1" "$2" && printf %s "$REPLY" || printf none', [path.join(dir, file), name]).toString();
  t.equal(field("pretty", "job"), "12_3", "not what stands inside of a string");
  t.equal(field("pretty", "submission"), "4");
  t.equal(field("pretty", "void"), "false");
  t.equal(field("pretty", "absent"), "none");
  t.equal(field("compact", "job"), "5");
  t.equal(field("broken", "job"), "none");
  t.equal(field("missing", "job"), "none");
});

t.test("a file that is written once is never replaced, and of many writers one wins", async (t) => {
  const dir = t.testdir({ "a 'dir": {} });
  const file = path.join(dir, "a 'dir", "x.json");
  const race = 'for n in {1..12}; do (lab_write_once "$1" "{\\"n\\":$n}"; printf "%s\\n" $?) & done; wait';
  const said = bash(race, [file]).toString().trim().split("\n").sort();
  t.same(said, ["0", ...Array.from({ length: 11 }, () => "2")]);
  t.type(JSON.parse(fs.readFileSync(file, "utf8")).n, "number");
  t.same(fs.readdirSync(path.dirname(file)), ["x.json"], "nothing is left beside it");
  const nowhere = bash('lab_write_once "$1" x; printf %s $?', [path.join(dir, "no such", "x")]).toString();
  t.equal(nowhere, "1");
});

t.test("a megabyte of text is no trouble", async (t) => {
  const text = `${"x".repeat(1 << 20)}\né`;
  t.equal(JSON.parse(bash('lab_json_string "$1"; printf %s "$REPLY"', [text]).toString()), text);
});
