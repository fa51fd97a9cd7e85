import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { chunkWriter } from "../../../lib/source/chunk-writer.js";
import { temporary } from "./fixture.js";

t.test("what is put in, piece after piece, is in the file", async (t) => {
  const file = path.join(temporary(t), "f");
  const out = chunkWriter(file);
  const parts = Array.from({ length: 40 }, (_, n) => crypto.randomBytes(((n * 77_777) % 300_000) + 1));
  for (const part of parts) {
    await out.room(part.length);
    part.copy(out.chunk(), out.at());
    out.advance(out.at() + part.length);
  }
  const whole = Buffer.concat(parts);
  t.equal(out.length(), whole.length);
  const { digest, bytes } = await out.finish();
  await out.close();
  t.ok(fs.readFileSync(file).equals(whole));
  t.equal(bytes, whole.length);
  t.equal(digest, `sha256:${crypto.createHash("sha256").update(whole).digest("hex")}`);
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
});

t.test("a file that exists is not touched", async (t) => {
  const file = path.join(temporary(t), "f");
  fs.writeFileSync(file, "mine");
  t.throws(() => chunkWriter(file), { code: "cantcreat", message: `cannot create '${file}': already exists` });
  t.equal(fs.readFileSync(file, "utf8"), "mine");
});
