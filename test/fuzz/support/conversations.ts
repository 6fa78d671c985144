import type { ServerOptions } from "../../../src/server/server.ts";
import type { Target } from "../engine/target.ts";
import { FuzzServer } from "./fuzz-server.ts";

const PROBE_EVERY = 8;

/**
 * The start of a target whose inputs are conversations with one server: `play` holds one, and then the server must be as it was, and now and then
 * another client is served.
 */
export function conversations(
  options: Partial<ServerOptions>,
  play: (server: FuzzServer, input: Uint8Array) => Promise<void>,
): Target["start"] {
  return () => {
    const server = new FuzzServer(options);
    let count = 0;
    return {
      attempt: async (input) => {
        await play(server, input);
        await server.endInput();
        if (++count % PROBE_EVERY === 0) {
          server.probe();
        }
      },
      stop: () => server.stop(),
    };
  };
}
