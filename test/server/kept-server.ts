import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetWorkSpace, type WorkspaceOptions } from "../../src/client/index.ts";
import type { Durability } from "../../src/log/index.ts";
import type { ServerOptions } from "../../src/server/server.ts";
import { serve, type TestServer } from "./harness.ts";
import { HeldDisk } from "./held-disk.ts";

/** A server that keeps persistent workspaces, on a disk that a test holds up. */
export interface KeptServer extends TestServer {
  readonly disk: HeldDisk;
  readonly folder: string;
  /** Another server, on a copy of what the disk has now: as after a crash. */
  crashed(): Promise<KeptServer>;
}

export async function keep(
  durability: Durability = "fsync",
  from?: string,
  options: Partial<ServerOptions> = {},
): Promise<KeptServer> {
  const folder = await mkdtemp(join(tmpdir(), "nws-data-"));
  if (from !== undefined) {
    await cp(from, folder, { recursive: true, filter: (path) => !/lock-\d+$/.test(path) });
  }
  const disk = new HeldDisk();
  const test = await serve({ data: { folder, disk, durability }, longValueBytes: 150_000, ...options });
  await test.server.load();
  return {
    ...test,
    disk,
    folder,
    crashed: () => keep(durability, folder),
    [Symbol.asyncDispose]: async () => {
      disk.letGo();
      await test[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export function open(
  { port }: KeptServer,
  name = "kept",
  persistent = true,
  options: WorkspaceOptions = {},
): NetWorkSpace {
  return new NetWorkSpace(name, {
    serverHost: "127.0.0.1",
    serverPort: port,
    persistent,
    reconnect: false,
    ...options,
  });
}

/** Whether a promise is settled by now, whatever comes later. */
export function watched(promise: Promise<unknown>): { isSettled: boolean } {
  const state = { isSettled: false };
  const settle = (): void => void (state.isSettled = true);
  promise.then(settle, settle);
  return state;
}
