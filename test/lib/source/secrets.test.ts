import t from "tap";
import { isSecret } from "../../../lib/source/secrets.js";

t.test("names of secrets", (t) => {
  const secret = [
    ".env",
    ".env.local",
    ".envrc",
    "deploy/.ENV",
    "server.pem",
    "x/tls.key",
    "id_rsa",
    "id_ed25519",
    "id_rsa.old",
    "id_work",
    "credentials",
    "credentials.json",
    "Credentials.yaml",
    ".netrc",
    ".git-credentials",
    "secrets.env",
    "secrets.toml",
    ".pgpass",
    "client_secret_42.apps.json",
    "service-account.json",
    ".ssh/config",
    "home/.aws/config",
    "x.p12",
    "prod.secret",
    "hf_token",
  ];
  const plain = [
    "environment.py",
    "env",
    ".env.example",
    ".env.local.template",
    "id_map.json",
    "id_rsa.pub",
    "credentials.py",
    "secrets.py",
    "test_secrets.json.py",
    "keys.py",
    "key",
    "monkey",
    "pem",
    "ssh/config",
    "src/secret/a.py",
    "token.py",
    "",
  ];
  for (const path of secret) t.ok(isSecret(path), path);
  for (const path of plain) t.notOk(isSecret(path), path);
  t.end();
});
