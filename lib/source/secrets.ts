// Files that are named as secrets usually are. They are left out of snapshots, which others of the group can read.
import type { TreePath } from "./tree-path.js";

// By their names alone. Source code (credentials.py, id_map.json) and templates (.env.example) are no secrets.
const extensions = new Set("pem key p12 pfx jks keystore keytab kdbx ppk secret secrets".split(" "));
const data = "json|ya?ml|toml|ini|cfg|conf|csv|xml|txt|env|properties|db";
const names = new RegExp(
  [
    "\\.env(?!.*\\.(?:example|sample|template|dist)$).*",
    "id_(?:[^.]+|(?:rsa|dsa|ecdsa|ed25519)(?!.*\\.pub$).*)",
    `\\.?(?:credentials?|secrets?)(?:\\.(?:${data}))?`,
    `(?:client_secret|service[_-]?account|application_default_credentials).*\\.(?:${data})`,
    "[._]netrc",
    "\\.(?:git-credentials|pgpass|my\\.cnf|pypirc|htpasswd|dockercfg|s3cfg|boto|vault-token)",
    "(?:kubeconfig|wandb_api_key|hf_token)(?:\\.txt)?",
  ]
    .map((name) => `^${name}$`)
    .join("|"),
  "is",
);
const directories = /(?:^|\/)\.(?:ssh|gnupg|aws|kube)\//;

/** Whether a file's path says that it holds a secret: `.env*`, `*.pem`, `*.key`, `id_rsa`, `credentials.json`, `.netrc`, `.ssh/…` */
export function isSecret(path: TreePath): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return (extension !== name && extensions.has(extension)) || names.test(name) || directories.test(path);
}
