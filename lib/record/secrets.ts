// What looks like a secret, by its name or inside of a value. Rather too much is hidden than too little. The runtime of jobs
// has the same rules in bash (lib/job/runtime/record.sh).
const names =
  /KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|CREDS|AUTH|COOKIE|PRIVATE|SIGNATURE|WEBHOOK|CONNECTION_STRING|JWT|BEARER/i;
const inside = /((?:^|[^\w.-])[\w.-]*(?:KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|COOKIE|SIG)[\w.-]*=)[^&;#\s]+/gi;

/** A variable's value as it may be shown: `…` for what is called like a secret, and for passwords and secrets inside. */
export function withoutSecrets(name: string, value: string): string {
  if (isSecretName(name, value)) return "…";
  return value.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi, "$1…@").replace(inside, "$1…");
}

/** Whether a variable is called like a secret; `MAX_TOKENS=2048` and `TOKENIZERS_PARALLELISM` are none. */
export function isSecretName(name: string, value: string): boolean {
  const rest = name.replace(/TOKENIZER/gi, "");
  return names.test(/^\d+$/.test(value) ? rest.replace(/TOKENS/gi, "") : rest);
}
