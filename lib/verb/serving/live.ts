// Changes of the registry as events for those who look. The index looks often only while somebody does.
import { fault } from "../../record/fault.js";
import { changesApi, eventsApi } from "../../serve/api/live.js";
import { type Change, type Live, live } from "../../serve/live.js";
import { answering, type Served, streaming } from "./answering.js";

interface Listening {
  live: Live;
  /** Who asks now and then is listening, too, for so long (milliseconds of the clock). */
  until: number;
}

const patience_ms = 60_000;
const all = new WeakMap<object, Listening>();

/** One for each index. After nobody has listened it begins anew: what its ids say of before is not known any more. */
function listening({ index }: Pick<Served, "index">): Listening {
  const there = all.get(index);
  if (there) {
    there.until = Date.now() + patience_ms;
    return there;
  }
  const made: Listening = { live: live(), until: Date.now() + patience_ms };
  const tell = (change: Change) => made.live.tell(change);
  index.on("change", tell);
  const timer = setInterval(() => {
    if (made.live.count() > 0 || Date.now() < made.until) return;
    clearInterval(timer);
    index.off("change", tell);
    made.live.close();
    all.delete(index);
  }, patience_ms / 4).unref();
  all.set(index, made);
  return made;
}

export const events = streaming(eventsApi, async (_, __, serving, { request, response }) => {
  if (request.method === "HEAD") return void response.writeHead(200, { "content-type": "text/event-stream" }).end();
  const after = request.headers["last-event-id"];
  if (listening(serving).live.stream(response, Array.isArray(after) ? after[0] : after)) return;
  throw fault("unavailable", "too many listen to changes already", { hint: "ask /api/v1/changes now and then" });
});

export const changes = answering(changesApi, async (_, { after }, serving) => listening(serving).live.since(after));
