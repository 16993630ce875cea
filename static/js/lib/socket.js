// @ts-check
/** The connection: messages to handlers, and a snapshot again after every reconnect. */

import { io } from "socket.io-client";

/** @param {Record<string, (payload: any) => void>} handlers by message name
 * @param {(status: "live" | "offline") => void} onStatus
 * @param {() => void} onConnect called after each connect, the first one too */
export function connect(handlers, onStatus, onConnect) {
  const socket = io({ transports: ["websocket", "polling"] });
  socket.on("connect", () => {
    onStatus("live");
    onConnect();
  });
  socket.on("disconnect", () => onStatus("offline"));
  socket.on("connect_error", () => onStatus("offline"));
  for (const [name, handler] of Object.entries(handlers)) socket.on(name, handler);
  return {
    /** Join a session's room. @param {string} session @param {number} afterSeq */
    subscribe: (session, afterSeq) => socket.emit("subscribe", { session_id: session, after_seq: afterSeq }),
    /** @param {string} session */
    unsubscribe: (session) => socket.emit("unsubscribe", { session_id: session }),
  };
}
