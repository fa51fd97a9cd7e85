// What one look finds: all is well, or what is not, how bad that is, and what to do.

export interface Finding {
  type: "check";
  v: 1;
  name: string;
  ok: boolean;
  /** Of what is not well: an error stops work, a warning will cost somebody some day. */
  severity?: "error" | "warning";
  path?: string;
  message: string;
  hint?: string;
}

type Where = { path?: string | undefined; hint?: string | undefined };

const make = (name: string, ok: boolean, message: string, { path, hint }: Where, severity?: "error" | "warning") =>
  ({
    type: "check",
    v: 1,
    name,
    ok,
    ...(severity === undefined ? {} : { severity }),
    ...(path === undefined ? {} : { path }),
    message,
    ...(hint === undefined ? {} : { hint }),
  }) satisfies Finding;

export const well = (name: string, message: string, where: Where = {}): Finding => make(name, true, message, where);
export const wrong = (name: string, message: string, where: Where = {}): Finding =>
  make(name, false, message, where, "error");
export const doubtful = (name: string, message: string, where: Where = {}): Finding =>
  make(name, false, message, where, "warning");
