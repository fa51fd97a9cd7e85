// What explains a failure, line by line; what changed since the last success as old and new values beside each other.
import { figure } from "../../parts/format.js";
import { handleOf } from "./record.js";

const opening = /^since its last success \((\S+)\) these changed:$/;

/** The details of a reason. The lines after `since its last success (RUN) these changed:` become a list of values. */
export function Details({ run, lines }: { run: string; lines: readonly string[] }) {
  const at = lines.findIndex((line) => opening.test(line));
  const older = opening.exec(lines[at] ?? "")?.[1];
  return (
    <>
      {(older ? lines.slice(0, at) : lines).map((line) => (
        <p key={line} class="soft">
          {line}
        </p>
      ))}
      {older && <Changes run={run} older={older} lines={lines.slice(at + 1)} />}
    </>
  );
}

function Changes({ run, older, lines }: { run: string; older: string; lines: readonly string[] }) {
  return (
    <div class="changes">
      <p class="soft">
        Changed since its last success, <a href={`/runs/${older}`}>{handleOf(older)}</a>{" "}
        <a href={`/compare?run=${older}&run=${run}`}>compare both</a>
      </p>
      <dl>
        {lines.map((line) => {
          const [, path, from = "", to = ""] =
            /^(\S+): (.*?) → (.*)$/s.exec(line) ?? /^(the \S+): ()(.*)$/.exec(line) ?? [];
          return (
            <div key={line}>
              <dt>{path}</dt>
              <dd>
                {from && (
                  <>
                    <Value text={from} soft /> <span class="soft">→</span>{" "}
                  </>
                )}
                <Value text={to || line} />
              </dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

function Value({ text, soft = false }: { text: string; soft?: boolean }) {
  return (
    <code class={soft ? "soft" : ""} title={text}>
      {shortened(text)}
    </code>
  );
}

/** A number as the page says numbers; any other value as it is. */
function shortened(text: string): string {
  return /^-?\d[\d.]*(e[-+]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? figure(Number(text)) : text;
}
