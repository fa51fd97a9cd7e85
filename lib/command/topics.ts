// The pages of the manual that are no command's: formats of files, and concepts. `lab help recipe` opens one.
import { nearest } from "../record/names.js";
import { commands, type Entry } from "./commands.js";

export interface Topic {
  /** What one types after lab help. */
  name: string;
  page: string;
  section: 5 | 7;
  purpose: string;
}

export const topics: readonly Topic[] = [
  { name: "concepts", page: "lab", section: 7, purpose: "concepts, how the parts fit, and a short tutorial" },
  {
    name: "recipe",
    page: "lab-recipe",
    section: 5,
    purpose: "what to run, with which parameters, on what, to make what",
  },
  {
    name: "pipeline",
    page: "lab-pipeline",
    section: 5,
    purpose: "recipes as stages, each of which takes what others make",
  },
  {
    name: "policy",
    page: "lab-policy",
    section: 5,
    purpose: "which artifacts are evaluated, by which recipe, how often",
  },
  { name: "job", page: "lab-job", section: 7, purpose: "what a job is given, what it must do, and how it ends" },
  {
    name: "cluster",
    page: "lab-cluster",
    section: 5,
    purpose: "the configuration of a cluster, of a project and of a person",
  },
  {
    name: "records",
    page: "lab-records",
    section: 5,
    purpose: "the records that commands read and write, and those in files",
  },
  {
    name: "registry",
    page: "lab-registry",
    section: 5,
    purpose: "what is on disk, how it is written, and what that asks of the file system",
  },
  { name: "queue", page: "lab-queue", section: 5, purpose: "the files by which users share one machine" },
  { name: "exit-codes", page: "lab-exit-codes", section: 7, purpose: "what the exit status of a command means" },
  { name: "where", page: "lab-where", section: 7, purpose: "expressions that choose among records" },
  {
    name: "security",
    page: "lab-security",
    section: 7,
    purpose: "who is trusted with what, and what is not protected",
  },
];

/**
 * The page that a word asks for, a command's before a topic's of the same name: `run`, `lab-run`, `recipe`, `lab-recipe`; with
 * the section behind it, `pipeline.5`, that one.
 */
export function pageOf(word: string): { page: string; section: 1 | 5 | 7 } | undefined {
  const [, base = word, section] = /^(.+)\.([157])$/.exec(word) ?? [];
  if (section !== undefined) {
    const page = `lab-${bareName(base)}`;
    const topic = topics.find((one) => one.section === Number(section) && (one.page === page || one.name === base));
    if (topic || section !== "1") return topic;
    return pageOf(base);
  }
  const bare = bareName(word);
  const command = commands.find(({ name }) => name === `lab-${bare}` || name === word);
  if (command) return { page: command.name, section: 1 };
  return topics.find(({ name, page }) => name === bare || page === `lab-${bare}`);
}

/** The page of a format that is called as a command is. */
export function namesakeOf(page: string): Topic | undefined {
  return topics.find(
    (topic) => topic.page === page && commands.some(({ name }) => name === page && name === `lab-${topic.name}`),
  );
}

/** What may have been meant by a word that is neither; in the form that follows `lab help`. */
export function nearestPage(
  word: string,
  known: readonly (Entry | Topic)[] = [...commands, ...topics],
): string | undefined {
  return nearest(
    bareName(word),
    known.map(({ name }) => bareName(name)),
  );
}

function bareName(word: string): string {
  return word.replace(/^lab-/, "");
}
