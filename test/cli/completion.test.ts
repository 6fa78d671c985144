import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nws, nwsPath, startTestServer, type TestServer } from "./nws-process.ts";

let server: TestServer;

/** What is proposed for the last word. */
async function complete(...words: string[]): Promise<string[]> {
  const { stdout, code } = await server.nws(["__complete", "--", ...words]);
  expect(code).toBe(0);
  return stdout.split("\n").slice(0, -1);
}

beforeAll(async () => {
  server = await startTestServer();
  for (const [workspace, variable] of [["table one", "x y"], ["table one", "z"], ["other", "v"]] as const) {
    await server.nws(["store", workspace, variable, "1"]);
  } // prettier-ignore
});

afterAll(() => server[Symbol.asyncDispose]());

describe("completion", () => {
  it("proposes commands", async () => {
    expect(await complete("s")).toEqual(["server", "store"]);
    expect(await complete("")).not.toContain("__complete");
  });

  it("proposes options that were not given yet, and their choices", async () => {
    expect(await complete("fetch", "--t")).toEqual(expect.arrayContaining(["--try", "--timeout", "--token-file"]));
    expect(await complete("fetch", "--ti")).toEqual(["--timeout"]);
    expect(await complete("fetch", "--try", "--tr")).toEqual([]);
    expect(await complete("server", "--log-level", "e")).toEqual(["error"]);
    expect(await complete("declare", "w", "v", "")).toEqual(["fifo", "lifo", "multi", "single"]);
    expect(await complete("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(await complete("token", "")).toEqual(["create", "list", "revoke", "help"]);
    expect(await complete("token", "create", "ann", "--role", "")).toEqual(["read", "use", "admin"]);
  });

  it("proposes the names of workspaces and variables that there are", async () => {
    // (Again and again: a server that takes too long is not waited for.)
    await expect.poll(() => complete("fetch", "ta")).toEqual(["table one"]);
    await expect.poll(() => complete("fetch", "--try", "table one", "")).toEqual(["x y", "z"]);
    await expect.poll(() => complete("fetch", "--host", "127.0.0.1", "other", "")).toEqual(["v"]);
    expect(await complete("fetch", "no such", "")).toEqual([]);
    expect(await complete("ls", "--port", "1", "")).toEqual([]);
  });

  it("has a script for each shell, and wants to know which", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      expect((await nws(["completion", shell])).stdout).toContain("nws __complete -- ");
    }
    expect((await nws(["completion", "tcsh"])).code).toBe(2);
    expect((await nws(["completion"])).code).toBe(2);
  });

  it.skipIf(process.platform === "win32")("works in bash, where names with spaces are quoted", async () => {
    const script = `
      nws() { ${JSON.stringify(process.execPath)} ${JSON.stringify(nwsPath)} "$@"; }
      source <(nws completion bash)
      COMP_WORDS=(nws fetch ta); COMP_CWORD=2; _nws; printf '%s\\n' "\${COMPREPLY[@]}"
      COMP_WORDS=(nws fe); COMP_CWORD=1; _nws; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, NWS_HOST: "127.0.0.1", NWS_SERVER_PORT: String(server.port) };
    const completed = async (): Promise<string> => (await promisify(execFile)("bash", ["-c", script], { env })).stdout;
    await expect.poll(completed).toBe("table\\ one\nfetch\n");
  });
});
