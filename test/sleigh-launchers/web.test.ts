import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AbortedError, NetWorkSpace, NoSuchWorkspaceError, NwsServer } from "../../src/client/index.ts";
import { startEmbeddedServer } from "../../src/sleigh/embedded-server.ts";
import { DELETE_ME, offerByHand, RUN_ME, WorkerStarter } from "../../src/sleigh/launchers/index.ts";
import { key, keyText, server } from "./support.ts";

test("the command to paste names a key file, and everybody may read it: the key is not in it", () => {
  const keyDir = mkdtempSync(join(tmpdir(), "nws-keys-"));
  const starter = new WorkerStarter({ sleigh: "ride's", server, key });
  const command = starter.byHand({ keyDir, scriptName: ["npx", "networkspaces"], logDir: "/l" });
  const [, path] =
    /^npx networkspaces worker '--sleigh=ride'\\''s' --host=192\.0\.2\.1 --port=8765 --key-file=(\S+) --log-dir=\/l$/.exec(
      command,
    )!;
  expect(readFileSync(path!, "utf8")).toContain(keyText);
  expect(command).not.toContain(keyText);
  starter.close();
  rmSync(keyDir, { recursive: true });
});

test("the command is shown until somebody says that all workers are started", async () => {
  await using embedded = await startEmbeddedServer();
  const where = { serverHost: embedded.host, serverPort: embedded.port };
  await using workspace = new NetWorkSpace("ride", where);
  await using stranger = new NetWorkSpace("ride", { ...where, useUse: true });
  let isDone = false;
  const done = offerByHand(workspace, "the command").then(() => (isDone = true));
  expect(await stranger.find<string>(RUN_ME)).toBe("the command");
  await stranger.find(DELETE_ME);
  await stranger.store(DELETE_ME, "which does not count");
  await stranger.fetch(DELETE_ME); // nor does this
  expect(isDone).toBe(false);
  await stranger.deleteVar(DELETE_ME);
  await done;
  expect(await stranger.findTry(RUN_ME)).toBeUndefined();
});

test("waiting for it ends with a signal, and with the workspace", async () => {
  await using embedded = await startEmbeddedServer();
  const where = { serverHost: embedded.host, serverPort: embedded.port };
  await using workspace = new NetWorkSpace("ride", where);
  const controller = new AbortController();
  const aborted = expect(offerByHand(workspace, "x", { signal: controller.signal })).rejects.toThrow(AbortedError);
  await workspace.find(DELETE_ME);
  controller.abort();
  await aborted;
  const gone = expect(offerByHand(workspace, "x")).rejects.toThrow(NoSuchWorkspaceError);
  await using stranger = new NwsServer(where);
  await workspace.find(RUN_ME);
  await stranger.deleteWs("ride");
  await gone;
});
