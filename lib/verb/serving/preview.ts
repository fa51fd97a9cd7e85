// The beginning of a file as a page can show it.
import { csvRows } from "../../serve/csv-rows.js";
import type { FileKind, Media } from "../../serve/media.js";
import type { RunFile } from "./run-files.js";

export interface Preview {
  kind: FileKind;
  text?: string;
  rows?: string[][];
  cut?: true;
}

const most = { text: 1 << 18, json: 1 << 20, csv: 1 << 20, rows: 500 };

/** Reads no more than is shown, and closes the file. What is called a text and holds NUL is none. */
export async function previewOf(file: RunFile, { kind }: Media): Promise<Preview> {
  if (kind === "image" || kind === "video" || kind === "audio") {
    file.close();
    return { kind };
  }
  const limit = kind === "json" || kind === "csv" ? most[kind] : most.text;
  const bytes = await beginning(file, limit);
  const more = bytes.length < file.size;
  if (bytes.subarray(0, 8192).includes(0)) return { kind: "binary" };
  const text = whole(bytes, more);
  // A name without an ending says nothing, and most such files are texts.
  if (kind === "binary" && !looksLikeText(text)) return { kind };
  const cut = more ? { cut: true as const } : {};
  if (kind !== "csv")
    return { kind: kind === "json" && more ? "text" : kind === "binary" ? "text" : kind, text, ...cut };
  const rows = csvRows(text, most.rows + 1, more);
  return rows.length > most.rows ? { kind, rows: rows.slice(0, most.rows), cut: true } : { kind, rows, ...cut };
}

async function beginning(file: RunFile, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of file.read(0, Math.min(limit, file.size))) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The text, without the character that the end may have cut. */
function whole(bytes: Buffer, more: boolean): string {
  const text = bytes.toString("utf8");
  return more ? text.replace(/\ufffd{1,3}$/, "") : text;
}

function looksLikeText(text: string): boolean {
  const length = Math.min(text.length, 4096);
  let odd = 0;
  for (let i = 0; i < length; i += 1) if (isOdd(text.charCodeAt(i))) odd += 1;
  return odd * 50 <= length;
}

/** No byte of UTF-8, or a control character that texts do not have; they may have tabs, ends of lines and colours. */
function isOdd(code: number): boolean {
  return code === 0xfffd || (code < 32 && code !== 27 && (code < 8 || code > 13));
}
