// `[cache] trust`: whose results and names may stand in for mine.
import type { Context } from "../command/context.js";

/** Whether a user is trusted. One trusts oneself. */
export async function trusted(context: Context): Promise<(user: string) => boolean> {
  const { config } = await context.config();
  const { user: me } = await context.registry();
  const { trust } = config.cache;
  if (trust === "group") return () => true;
  return (user) => user === me || (trust !== "mine" && trust.includes(user));
}
