import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Ports below those that systems give out by themselves: so none of them is given to somebody else in the moment in which nobody listens on it, because a
 * page's server has ended and its next one has not begun.
 */
const firstPort = 20_000;
const lastPort = 32_000;

let next = firstPort + Math.floor(Math.random() * (lastPort - firstPort));

/** Two ports, one behind the other, on which nobody listens. */
export async function freePorts(): Promise<{ readonly port: number; readonly webPort: number }> {
  for (;;) {
    const port = next;
    next = port + 4 > lastPort ? firstPort : port + 2;
    if ((await isFree(port)) && (await isFree(port + 1))) {
      return { port, webPort: port + 1 };
    }
  }
}

/** Resolves when somebody listens there; rejects with what `ended` resolves to, if that comes first. */
export async function untilListening(port: number, ended: Promise<Error>): Promise<void> {
  const failure = ended.then((error) => ({ error }));
  for (;;) {
    const outcome = await Promise.race([isListening(port), failure]);
    if (typeof outcome === "object") {
      throw outcome.error;
    }
    if (outcome) {
      return;
    }
    await pause(20);
  }
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
