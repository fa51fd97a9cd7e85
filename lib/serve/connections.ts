// Who may stay connected: on a shared machine anybody can open connections, and must not shut out those who may ask.
import type { Server } from "node:http";
import type { Socket } from "node:net";

export interface Connections {
  /** Somebody has been let in by this connection. `done` is to be called when the answer has ended. */
  admitted(socket: Socket): () => void;
}

/**
 * At most `most` connections of either kind. A new one is always taken: then the oldest of those goes by which nobody has
 * been let in yet, or the one of those let in that has been idle for longest. Who is answered just now stays.
 */
export function limitConnections(server: Server, most = 500): Connections {
  const strangers = new Set<Socket>();
  const known = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    strangers.add(socket);
    socket.on("close", () => {
      strangers.delete(socket);
      known.delete(socket);
    });
    if (strangers.size > most) drop(strangers.values().next().value);
  });
  const drop = (socket: Socket | undefined) => {
    if (!socket) return;
    strangers.delete(socket);
    known.delete(socket);
    socket.destroy();
  };
  return {
    admitted(socket) {
      strangers.delete(socket);
      // The one that asked last is the last of the map.
      const asking = (known.get(socket) ?? 0) + 1;
      known.delete(socket);
      known.set(socket, asking);
      if (known.size > most) drop([...known].find(([, asking]) => asking === 0)?.[0] ?? socket);
      return () => {
        const count = known.get(socket);
        if (count !== undefined) known.set(socket, count - 1);
      };
    },
  };
}
