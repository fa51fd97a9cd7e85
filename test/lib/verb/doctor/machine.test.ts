import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { localeOf, secretsOf } from "../../../../lib/verb/doctor/machine.js";

t.test("words for the machine's language", async (t) => {
  for (const env of [{}, { LANG: "C" }, { LANG: "de_DE.UTF-8" }, { LC_ALL: "C.utf8", LANG: "de_DE" }])
    t.equal(localeOf(env).ok, true, JSON.stringify(env));
  t.match(localeOf({ LC_ALL: "de_DE.ISO-8859-1", LANG: "C.UTF-8" }), {
    ok: false,
    severity: "warning",
    message: /LC_ALL=de_DE.ISO-8859-1 is not UTF-8/,
    hint: "LC_ALL=C.UTF-8",
  });
});

t.test("secrets are for their owner's eyes", async (t) => {
  const dir = t.testdir({ "secrets.env": "A=1\n" });
  const file = path.join(dir, "secrets.env");
  const uid = process.getuid?.() ?? 0;
  t.match(secretsOf(path.join(dir, "none"), uid), { ok: true });
  fs.chmodSync(file, 0o600);
  t.match(secretsOf(file, uid), { ok: true });
  for (const mode of [0o640, 0o604, 0o666]) {
    fs.chmodSync(file, mode);
    t.match(secretsOf(file, uid), { ok: false, severity: "error", hint: `chmod 600 ${file}` }, mode.toString(8));
  }
  t.match(secretsOf(file, uid + 1), { ok: false, message: /belongs to uid/ });
});
