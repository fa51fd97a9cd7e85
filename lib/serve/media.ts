// What kind of thing a file is, by its name, and how a browser may have it.

export type FileKind = "text" | "json" | "csv" | "image" | "video" | "audio" | "binary";

export interface Media {
  kind: FileKind;
  type: string;
  /** A browser may show it by itself: it can run nothing. */
  inline: boolean;
}

const plain = "text/plain; charset=utf-8";

const shown: Record<string, [FileKind, string]> = {
  png: ["image", "image/png"],
  jpg: ["image", "image/jpeg"],
  jpeg: ["image", "image/jpeg"],
  gif: ["image", "image/gif"],
  webp: ["image", "image/webp"],
  avif: ["image", "image/avif"],
  bmp: ["image", "image/bmp"],
  mp4: ["video", "video/mp4"],
  m4v: ["video", "video/mp4"],
  webm: ["video", "video/webm"],
  ogv: ["video", "video/ogg"],
  mov: ["video", "video/quicktime"],
  mp3: ["audio", "audio/mpeg"],
  wav: ["audio", "audio/wav"],
  ogg: ["audio", "audio/ogg"],
  flac: ["audio", "audio/flac"],
  json: ["json", plain],
  csv: ["csv", plain],
  tsv: ["csv", plain],
};

/** What a browser would run if it were opened by itself. Inside of a page, as an image, a drawing runs nothing. */
const active: Record<string, [FileKind, string]> = {
  svg: ["image", "image/svg+xml"],
  html: ["text", "application/octet-stream"],
  htm: ["text", "application/octet-stream"],
  xhtml: ["text", "application/octet-stream"],
  xml: ["text", "application/octet-stream"],
};

const texts = new Set(
  (
    "txt log out err md rst toml yaml yml ini cfg conf ndjson jsonl py pyi sh bash c h cc cpp hpp cu rs go js ts java r jl " +
    "lua m tex bib diff patch lock sql cmake mk proto ipynb env"
  ).split(" "),
);

/** By the ending of the name: the contents are whatever somebody wrote, and a browser is told not to guess. */
export function mediaOf(name: string): Media {
  const ending = /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const safe = Object.hasOwn(shown, ending) ? shown[ending] : undefined;
  if (safe) return { kind: safe[0], type: safe[1], inline: true };
  const unsafe = Object.hasOwn(active, ending) ? active[ending] : undefined;
  if (unsafe) return { kind: unsafe[0], type: unsafe[1], inline: false };
  if (texts.has(ending)) return { kind: "text", type: plain, inline: true };
  return { kind: "binary", type: "application/octet-stream", inline: false };
}

/** How a browser keeps or shows it; the name in ASCII for old ones, in UTF-8 for all others (RFC 6266, RFC 8187). */
export function disposition(name: string, inline: boolean): string {
  const ascii = name.replace(/[^A-Za-z0-9 ._+-]/g, "_");
  const encoded = encodeURIComponent(name).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${inline ? "inline" : "attachment"}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
