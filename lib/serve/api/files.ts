// The files in a run's directory, and those of what it made elsewhere: lists, previews, and their bytes.
import * as v from "valibot";
import { maybe } from "../../record/schema.js";
import { endpoint, rawEndpoint } from "./api.js";
import { flag } from "./query.js";

const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
const file = v.pipe(v.string(), v.minLength(1, "is empty"), v.description("below the directory"));

const listed = {
  query: v.object({ dir: maybe(v.string()) }),
  answer: v.object({
    dir: v.string(),
    place: v.pipe(v.string(), v.description("the directory that `dir` is below, or the one file that there is")),
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
  list: "files" as const,
};

const previewed = {
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
  verbatim: true as const,
};

const sent = { query: v.object({ path: file, download: maybe(flag) }), media: "application/octet-stream" };

export const filesApi = endpoint({
  path: "/api/v1/runs/:run/files",
  summary: "What is in a directory of a run; links are shown, not followed",
  ...listed,
});

export const previewApi = endpoint({
  path: "/api/v1/runs/:run/preview",
  summary: "What a file looks like: the beginning of a text, the first rows of a table, or that it is an image",
  ...previewed,
});

export const fileApi = rawEndpoint({
  path: "/api/v1/runs/:run/file",
  summary: "The bytes of a file of a run; ranges of bytes. What a browser could run is sent to be kept, not shown",
  ...sent,
});

export const artifactFilesApi = endpoint({
  path: "/api/v1/artifacts/:id/files",
  summary: "What is in a directory of an artifact that a run made, where that is now; links are shown, not followed",
  ...listed,
});

export const artifactPreviewApi = endpoint({
  path: "/api/v1/artifacts/:id/preview",
  summary: "What a file of an artifact looks like, as for the files of a run",
  ...previewed,
});

export const artifactFileApi = rawEndpoint({
  path: "/api/v1/artifacts/:id/file",
  summary: "The bytes of a file of an artifact, as for the files of a run",
  ...sent,
});
