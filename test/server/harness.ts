import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, type ServerOptions } from "../../src/server/server.ts";

/** A server on a free port with a temporary folder of its own; both go with the test (`await using`). */
export interface TestServer extends AsyncDisposable {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
  readonly tmpDir: string;
}

export async function serve(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const tmpDir = mkdtempSync(join(tmpdir(), "nws-test."));
  const server = new Server({ version: "test", tmpDir, ...options });
  const { host, port } = await server.listen("127.0.0.1", 0);
  return {
    server,
    host,
    port,
    tmpDir,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      rmSync(tmpDir, { recursive: true });
    },
  };
}

/** Waits for a state, not for a time: returns when `isSo` does, and fails when that takes too long. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > giveUpAt) {
      throw new Error(`not so after 10 s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
