import { contentsOf, type DumpContents } from "../../../src/cli/dump/dump-contents.ts";
import { readDump } from "../../../src/cli/dump/dump-reader.ts";
import { Loader } from "../../../src/cli/dump/loader.ts";
import { prepare } from "../../../src/cli/dump/prepare.ts";
import { Progress } from "../../../src/cli/dump/progress.ts";
import { CommandFailure } from "../../../src/cli/exit-code.ts";
import { NetWorkSpace, NoSuchWorkspaceError, NwsServer } from "../../../src/client/index.ts";
import { startServer } from "../../../src/host/index.ts";
import type { Attempt, Target } from "../engine/target.ts";
import { dumpBody, dumpWords, recordsOf, sealed, streamOf } from "../support/dumps.ts";

const SYSTEM = "__default";

/**
 * Dumps that are sound but strange, on their way into a server that runs: each is refused before anything is changed, or it is there, whole; and a load
 * once more over it, replacing it, comes to the same.
 */
export const target: Target = {
  seeds: async () => [await dumpBody()],
  start,
  words: dumpWords,
  maxBytes: 1024,
  maxMs: 5000,
};

async function start(): Promise<Attempt> {
  const errors: unknown[] = [];
  const ignore = (): void => undefined;
  const logger = { debug: ignore, info: ignore, warn: ignore, error: (details: unknown) => void errors.push(details) };
  const running = await startServer({ port: 0, webPort: false, logger });
  const server = new NwsServer({ serverHost: running.host, serverPort: running.port });
  return {
    attempt: async (input) => {
      const dump = sealed(input);
      const contents = await soundContents(dump);
      if (contents !== undefined) {
        await load(server, dump, contents, {});
        await load(server, dump, contents, { replace: true });
        await clear(server);
      }
      if (errors.length > 0) {
        throw new Error("the server says: internal error", { cause: errors[0] });
      }
    },
    stop: async () => {
      await server.close();
      await running.stop();
    },
  };
}

async function soundContents(dump: Uint8Array): Promise<DumpContents | undefined> {
  try {
    return await contentsOf(streamOf(dump));
  } catch (error) {
    if (error instanceof CommandFailure) {
      return undefined;
    }
    throw error;
  }
}

async function load(
  server: NwsServer,
  dump: Uint8Array,
  contents: DumpContents,
  choice: { readonly replace?: true },
): Promise<void> {
  const { workspaces } = contents;
  // Nobody has the workspaces open once they are there.
  const mayGo = recordsOf(dump)?.some(([kind]) => kind === "idle timeout") === true;
  let destinations;
  try {
    destinations = await prepare(server, [...workspaces.values()], choice);
  } catch (error) {
    if (error instanceof CommandFailure) {
      return;
    }
    throw error;
  }
  const loader = new Loader(server, destinations, new Progress("load", 0, true));
  await readDump(streamOf(dump), loader);
  await loader.finish();
  for (const { name, variables, totals } of workspaces.values()) {
    await using ws = new NetWorkSpace(name, { server, useUse: true, create: false });
    let listed;
    try {
      listed = await ws.listVars();
    } catch (error) {
      if (mayGo && error instanceof NoSuchWorkspaceError) {
        continue;
      }
      throw error;
    }
    const values = listed.reduce((sum, variable) => sum + variable.values, 0);
    const mayExpire = listed.some(({ ttl }) => ttl !== undefined);
    const isThere = listed.length === variables.size && (mayExpire || values === totals.values);
    if (!isThere) {
      throw new Error(
        `workspace ${JSON.stringify(name)}: ${listed.length} variables and ${values} values, not ${variables.size} and ${totals.values}`,
      );
    }
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof NoSuchWorkspaceError)) {
    throw error;
  }
}

async function clear(server: NwsServer): Promise<void> {
  for (const { name } of await server.listWss()) {
    if (name !== SYSTEM) {
      await server.deleteWs(name).catch(unlessGone);
      continue;
    }
    const ws = new NetWorkSpace(name, { server, useUse: true });
    for (const variable of await ws.listVars()) {
      await ws.deleteVar(variable.name);
    }
    await ws.close();
  }
}
