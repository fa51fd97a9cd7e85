// The files in a run's directory: lists, previews, and their bytes.
import * as v from "valibot";
import { maybe } from "../../record/schema.js";
import { endpoint, rawEndpoint } from "./api.js";
import { flag } from "./query.js";

const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
const file = v.pipe(v.string(), v.minLength(1, "is empty"), v.description("below the directory of the run"));

export const filesApi = endpoint({
  path: "/api/v1/runs/:run/files",
  summary: "What is in a directory of a run; links are shown, not followed",
  query: v.object({ dir: maybe(v.string()) }),
  answer: v.object({
    dir: v.string(),
    run_dir: v.string(),
    files: v.array(
      v.object({
        name: v.string(),
        kind: v.picklist(["file", "directory", "link", "other"]),
        bytes: maybe(bytes),
        modified_at: maybe(v.string()),
        link_to: maybe(v.string()),
        problem: maybe(v.pipe(v.string(), v.description("why it cannot be opened here"))),
      }),
    ),
    more: maybe(v.pipe(v.literal(true), v.description("there are more than are told of"))),
  }),
  list: "files",
});

export const previewApi = endpoint({
  path: "/api/v1/runs/:run/preview",
  summary: "What a file looks like: the beginning of a text, the first rows of a table, or that it is an image",
  query: v.object({ path: file }),
  answer: v.object({
    path: v.string(),
    kind: v.picklist(["text", "json", "csv", "image", "video", "audio", "binary"]),
    bytes,
    modified_at: v.string(),
    media: v.string(),
    text: maybe(v.string()),
    rows: maybe(v.array(v.array(v.string()))),
    cut: maybe(v.pipe(v.literal(true), v.description("there is more of it"))),
    masked: maybe(v.pipe(v.literal(true), v.description("what looks like a secret was left out"))),
  }),
  verbatim: true,
});

export const fileApi = rawEndpoint({
  path: "/api/v1/runs/:run/file",
  summary: "The bytes of a file of a run; ranges of bytes. What a browser could run is sent to be kept, not shown",
  query: v.object({ path: file, download: maybe(flag) }),
  media: "application/octet-stream",
});
