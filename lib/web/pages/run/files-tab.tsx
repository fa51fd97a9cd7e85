// What lies in the directory of a run, and what is in a file.
import { Empty } from "../../parts/empty.js";
import { Bytes, Time } from "../../parts/figures.js";
import { Problem } from "../../parts/problem.js";
import { Scroll } from "../../parts/scroll.js";
import { type Column, Table } from "../../parts/table.js";
import { TextBlock } from "../../parts/text-block.js";
import { useQuery, withQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";
import type { WholeRun } from "./record.js";

interface Entry {
  name: string;
  kind: "file" | "directory" | "link" | "other";
  bytes?: number;
  modified_at?: string;
  link_to?: string;
  problem?: string;
}
interface FilesDeclared {
  path: string;
  answer: { dir: string; files: Entry[]; more?: true };
}
interface PreviewDeclared {
  path: string;
  answer: { kind: string; bytes: number; text?: string; rows?: string[][]; cut?: true; masked?: true };
}

export function FilesTab({ run }: { run: WholeRun }) {
  const [dir] = useQuery("dir");
  const [file] = useQuery("file");
  const { answer, trouble, again } = useAsk<FilesDeclared>("/api/v1/runs/:run/files", {
    parts: { run: run.id },
    query: { dir: dir || undefined },
  });
  const inside = (name: string) => (dir ? `${dir}/${name}` : name);
  const hrefOf = ({ name, kind }: Entry) =>
    kind === "directory"
      ? withQuery({ dir: inside(name), file: undefined })
      : kind === "file"
        ? withQuery({ file: inside(name) })
        : undefined;
  const columns: Column<Entry>[] = [
    { key: "name", title: "name", grow: 2, width: 160, cell: (one) => <Name entry={one} href={hrefOf(one)} /> },
    { key: "bytes", title: "size", end: true, width: 90, cell: ({ bytes }) => <Bytes count={bytes} /> },
    { key: "time", title: "changed", end: true, width: 90, cell: ({ modified_at }) => <Time at={modified_at} /> },
  ];
  if (trouble && !answer) return <Problem error={trouble} again={again} />;
  return (
    <>
      <nav class="crumbs" aria-label="Directory">
        <a href={withQuery({ dir: undefined, file: undefined })}>{run.run_dir}</a>
        {dir
          .split("/")
          .filter(Boolean)
          .map((part, i, all) => (
            <span key={part}>
              {" / "}
              <a href={withQuery({ dir: all.slice(0, i + 1).join("/"), file: undefined })}>{part}</a>
            </span>
          ))}
      </nav>
      <div class="run-columns files">
        {answer && answer.files.length > 0 && (
          <Table label="Files" columns={columns} rows={answer.files} idOf={({ name }) => name} hrefOf={hrefOf} />
        )}
        {answer?.files.length === 0 && (
          <Empty title="The directory is empty">What the job writes below LAB_RUN_DIR is here.</Empty>
        )}
        {file && <Preview run={run.id} file={file} />}
      </div>
    </>
  );
}

function Name({ entry: { name, kind, link_to, problem }, href }: { entry: Entry; href: string | undefined }) {
  const shown = kind === "directory" ? `${name}/` : name;
  return (
    <span class="cut" title={problem}>
      {href ? <a href={href}>{shown}</a> : shown}
      {link_to !== undefined && <span class="soft"> → {link_to}</span>}
    </span>
  );
}

function Preview({ run, file }: { run: string; file: string }) {
  const { answer, trouble, again } = useAsk<PreviewDeclared>("/api/v1/runs/:run/preview", {
    parts: { run },
    query: { path: file },
  });
  const raw = `/api/v1/runs/${run}/file?path=${encodeURIComponent(file)}`;
  return (
    <section class="preview" aria-label={file}>
      <div class="section-head">
        <h2 class="cut">{file}</h2>
        <a class="button" href={`${raw}&download=true`} download={file.split("/").at(-1)}>
          Download
        </a>
      </div>
      {trouble && !answer && <Problem error={trouble} again={again} />}
      {answer?.kind === "image" && <img src={raw} alt={file} />}
      {answer?.kind === "video" && (
        // biome-ignore lint/a11y/useMediaCaption: nobody has written any
        <video src={raw} controls />
      )}
      {answer?.rows && <Rows rows={answer.rows} />}
      {answer?.text !== undefined && !answer.rows && <TextBlock label={file} text={answer.text} />}
      {answer?.kind === "binary" && <p class="soft">This is no text and no image: download it.</p>}
      {answer?.cut && <p class="soft">This is its beginning.</p>}
      {answer?.masked && <p class="soft">What looks like a secret is left out.</p>}
    </section>
  );
}

function Rows({ rows: [head = [], ...rows] }: { rows: string[][] }) {
  return (
    <Scroll kind="rows" label="Rows">
      <table>
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
