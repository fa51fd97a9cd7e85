// What a command's own --cluster, --env and -c say, as variables for the commands that it starts.
import path from "node:path";
import type { Context } from "../../command/context.js";

/** The variables; those that say nothing are left out. */
export function settingsOf(options: object, { env, cwd }: Context): Record<string, string> {
  const { cluster, env: environment, config = [] } = options as { cluster?: string; env?: string; config?: string[] };
  const settings = [...(env["LAB_SETTINGS"] ?? "").split("\n").filter(Boolean), ...config];
  return {
    ...(cluster === undefined ? {} : { LAB_CLUSTER: path.resolve(cwd, cluster) }),
    ...(environment === undefined ? {} : { LAB_ENV: environment }),
    ...(settings.length === 0 ? {} : { LAB_SETTINGS: settings.join("\n") }),
  };
}
