// The names in hosts/: <host>.<number>.json and <host>.<number>.end.

/** What there is of each number of a host's log: `json`, `end`. */
export type Numbers = Map<number, Set<string>>;

/** The numbers of all hosts, by host. */
export function numbersByHost(names: string[]): Map<string, Numbers> {
  const hosts = new Map<string, Numbers>();
  for (const name of names) {
    const parsed = parseHostFile(name);
    if (!parsed) continue;
    const { host, number, kind } = parsed;
    const numbers: Numbers = hosts.get(host) ?? new Map();
    hosts.set(host, numbers);
    numbers.set(number, (numbers.get(number) ?? new Set()).add(kind));
  }
  return hosts;
}

/** What a name tells; undefined for other names. */
export function parseHostFile(name: string): { host: string; number: number; kind: string } | undefined {
  const [, host, digits, kind] = /^([A-Za-z0-9].*)\.([1-9]\d{0,14})\.(json|end)$/.exec(name) ?? [];
  return host === undefined || kind === undefined ? undefined : { host, number: Number(digits), kind };
}
