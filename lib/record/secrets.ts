// What looks like a secret, by its name or inside of a value. Rather too much is hidden than too little. The runtime of jobs
// has the same rules in bash (lib/job/runtime/record.sh).
const names =
  /KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|CREDS|AUTH|COOKIE|PRIVATE|SIGNATURE|WEBHOOK|CONNECTION_STRING|JWT|BEARER/i;
const called = /KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|COOKIE|SIG/i;
const inside = /((?:^|[^\w.-])([\w.-]+)=)([^&;#\s]+)/g;

/** A variable's value as it may be shown: `…` for what is called like a secret, and for passwords and secrets inside. */
export function withoutSecrets(name: string, value: string): string {
  if (isSecretName(name, value)) return "…";
  return value
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi, "$1…@")
    .replace(inside, (all, start: string, word: string, its: string) =>
      called.test(withoutHarmless(word, its)) ? `${start}…` : all,
    );
}

/** Whether a variable is called like a secret; `MAX_TOKENS=2048` and `TOKENIZERS_PARALLELISM` are none. */
export function isSecretName(name: string, value: string): boolean {
  return names.test(withoutHarmless(name, value));
}

/** A name without the words that say nothing of secrets: tokenizers, and tokens that are counted (or `asttokens==2.4`). */
function withoutHarmless(name: string, value: string): string {
  const rest = name.replace(/TOKENIZER/gi, "");
  return /^=?\d[\d.]*$/.test(value) ? rest.replace(/TOKENS/gi, "") : rest;
}
