// An artifact: what it is and where, who made it, who used it, and what its names have meant.
import type { artifactApi, Beside } from "../../serve/api/artifacts.js";
import { ButtonLink } from "../parts/button.js";
import { Copy } from "../parts/copy.js";
import { Bytes, Time } from "../parts/figures.js";
import { FileView } from "../parts/files/file-view.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Measures } from "../parts/measures.js";
import { Problem, Problems } from "../parts/problem.js";
import { StateMark } from "../parts/state-mark.js";
import type { AnswerOf } from "../shell/client.js";
import { useTitle } from "../shell/outlet.js";
import { useAsk } from "../shell/use-ask.js";
import { nameOfArtifact } from "./artifacts.js";
import { hrefOfNode } from "./lineage/node.js";

type Answer = AnswerOf<typeof artifactApi>;

export default function ArtifactPage({ parts: { id = "" } }: { parts: Record<string, string> }) {
  const { answer, trouble, again } = useAsk<typeof artifactApi>(
    "/api/v1/artifacts/:id",
    { parts: { id } },
    { live: ["artifact", "alias", "run"] },
  );
  useTitle(answer ? nameOfArtifact(answer.artifact) : id);
  const above = <a href="/artifacts">Artifacts</a>;
  if (!answer)
    return (
      <>
        <Heading above={above} title={id} />
        {trouble ? <Problem error={trouble} again={again} /> : <div class="loading" aria-busy="true" />}
      </>
    );
  const { artifact, names, steps, more_users } = answer;
  const {
    kind,
    bytes,
    files,
    path,
    at,
    user,
    digest,
    digest_of,
    note,
    result,
    made_by,
    used_by = [],
    aliases = [],
  } = artifact;
  return (
    <>
      <Heading
        above={above}
        title={nameOfArtifact(artifact)}
        beside={
          <>
            {kind.replaceAll("_", " ")}
            {aliases.length > 0 && ` · ${aliases.join(", ")}`} · {user} · <Time at={at} />
          </>
        }
        actions={
          <ButtonLink icon="pipelines" href={`/lineage/${artifact.id}`}>
            Lineage
          </ButtonLink>
        }
      />
      <Problems problems={answer.problems} />
      {trouble && <Problem error={trouble} again={again} />}
      <div class="panels">
        <section class="panel">
          <h2>What it is</h2>
          <dl class="facts">
            {bytes !== undefined && (
              <div>
                <dt>Size</dt>
                <dd>
                  <Bytes count={bytes} />
                  {files !== undefined && ` in ${counted(files, "file")}`}
                </dd>
              </div>
            )}
            <div>
              <dt>Id</dt>
              <dd>
                <code>{artifact.id}</code>
              </dd>
            </div>
            {artifact.ref && (
              <div>
                <dt>Named in recipes</dt>
                <dd>
                  <code>{artifact.ref}</code>
                </dd>
              </div>
            )}
            {digest && (
              <div>
                <dt>Digest{digest_of && ` of ${digest_of === "stat" ? "names, sizes and times" : "contents"}`}</dt>
                <dd>
                  <code title={digest}>{digest.slice(0, 19)}…</code>
                </dd>
              </div>
            )}
          </dl>
          <Copy text={path} />
          <h3>As an input of a recipe</h3>
          <Copy text={inputOf(artifact)} />
          <h3>In a terminal</h3>
          <Copy text={`lab lineage ${artifact.id}`} />
          {note && <p>{note}</p>}
          {artifact.overwritten && <p class="soft">A later attempt has written over it.</p>}
        </section>
        <section class="panel">
          <h2>Made by</h2>
          {made_by ? <People list={[made_by]} /> : <p class="soft">It came from outside; {user} registered it.</p>}
          <h2>
            Used by <span class="count">{figure(used_by.length + (more_users ?? 0))}</span>
          </h2>
          {used_by.length > 0 ? <People list={used_by} /> : <p class="soft">Nothing was made of it yet.</p>}
          {more_users !== undefined && <p class="soft">and {counted(more_users, "more run")}: lineage has them</p>}
        </section>
        {result && (
          <section class="panel wide">
            <h2>Result</h2>
            <Measures result={result} />
          </section>
        )}
        <section class="panel">
          <h2>Names</h2>
          <Names names={names} id={artifact.id} />
        </section>
        {made_by && artifact.id.startsWith("art-") && (
          <section class="panel wide">
            <h2>Files</h2>
            <FileView of="artifact" id={artifact.id} />
          </section>
        )}
        {steps.length > 1 && (
          <section class="panel">
            <h2>
              Steps of the stream <span class="count">{steps.length}</span>
            </h2>
            <Steps steps={steps} id={artifact.id} />
          </section>
        )}
      </div>
    </>
  );
}

function People({ list }: { list: readonly Beside[] }) {
  return (
    <ul class="lines">
      {list.map((one) => (
        <li key={`${one.id} ${one.role}`}>
          <a class="inline" href={hrefOfNode(one as never)}>
            {one.name ?? one.id}
          </a>
          {one.state && <StateMark state={one.state} />}
          {one.role && <span class="soft">as {one.role}</span>}
          <code class="soft">{one.ref}</code>
          <span class="soft">{one.user}</span>
        </li>
      ))}
    </ul>
  );
}

/** The lines of a recipe that take it, or all of its stream, as an input. */
function inputOf({ id, kind, ref, role = "it", aliases = [] }: Answer["artifact"]): string {
  const word = /^[\w-]+$/.test(role) ? role : "it";
  const called = aliases[0] ?? (kind === "external" ? id : (ref ?? id));
  return `[inputs.${word}]\ntype = "artifact"\nartifact = ${JSON.stringify(called)}`;
}

function Names({ names, id }: { names: Answer["names"]; id: string }) {
  if (names.length === 0)
    return (
      <>
        <p class="soft">It has none. A name can be used in recipes in its place; what it meant before stays known.</p>
        <Copy text={`lab alias best ${id}`} />
      </>
    );
  return (
    <>
      {names.map(({ name, user, history }) => (
        <div key={`${user}/${name}`} class="history">
          <h3>{user ? `${user}/${name}` : name}</h3>
          <ol>
            {history.map((one, i) => (
              <li key={one.generation} class={one.artifact === id ? "here" : ""}>
                <Time at={one.at} />
                <span>
                  {one.artifact === id ? (
                    <b>this one</b>
                  ) : one.artifact ? (
                    <a class="inline" href={`/artifacts/${one.artifact}`}>
                      {one.role} {one.step !== undefined && `step ${one.step}`}{" "}
                      {one.run && <code>{one.run.slice(-6)}</code>}
                    </a>
                  ) : one.run ? (
                    `all of ${one.role} of ${one.run.slice(-6)}`
                  ) : (
                    "taken back"
                  )}
                  {i === 0 && <span class="soft"> now</span>}
                  {one.note && <span class="soft"> · {one.note}</span>}
                </span>
                <span class="soft">{one.user}</span>
              </li>
            ))}
          </ol>
        </div>
      ))}
    </>
  );
}

function Steps({ steps, id }: { steps: Answer["steps"]; id: string }) {
  return (
    <ul class="step-list">
      {steps.map((one) => (
        <li key={one.id}>
          <a class="chip" href={`/artifacts/${one.id}`} aria-current={one.id === id ? "page" : undefined}>
            {figure(one.step ?? 0)}
          </a>
        </li>
      ))}
    </ul>
  );
}
