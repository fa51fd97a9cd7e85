// What a refusal of sbatch's is about.

/** Words for how many jobs there are, or how large an array is. */
const limits =
  /accounting\/QOS policy|SubmitJob|job array index|job array specification|[Ll]imit .*reached|[Tt]oo many (jobs|tasks)|temporarily unavailable/;

/** Whether it speaks of how many jobs there are: of fewer, or later, it might be none. */
export function isLimit(said: string): boolean {
  return limits.test(said);
}
