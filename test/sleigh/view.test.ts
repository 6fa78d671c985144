import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import { Sleigh, SleighError } from "../../src/sleigh/index.ts";
import { ByteWriter } from "../../src/wire/byte-writer.ts";
import { writeDictionary } from "../../src/wire/dictionary.ts";
import { offeredOptions } from "../../src/wire/options.ts";

/** Stands before a server and offers its clients a web port. */
function offering(webPort: number, server: RunningServer): Server {
  return createServer((near: Socket) => {
    const far = connect(server.port, server.host);
    // The first that a server says is its offer, in one piece.
    far.once("data", () => {
      const offer = new ByteWriter(256);
      offer.latin1("P000");
      writeDictionary(offer, offeredOptions({ webPort }));
      near.write(offer.take());
      far.pipe(near);
    });
    near.pipe(far);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  });
}

test("a server of the sleigh's own shows its workspace", async () => {
  await using s = new Sleigh({ workerCount: 1 });
  const url = await s.view({ open: false });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/workspaces\/sleigh_ride_/);
  const { origin, pathname } = new URL(url);
  const response = await fetch(`${origin}/api${pathname}`);
  expect(await response.json()).toMatchObject({ name: s.nws.name });
});

test("without a web interface it says how to get one", async () => {
  await using server = await startServer({ port: 0, webPort: false });
  await using s = new Sleigh({ workerCount: 1, nwsHost: "127.0.0.1", nwsPort: server.port });
  const error = await s.view({ open: false }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SleighError);
  expect(error).toMatchObject({ code: "not_available" });
  expect((error as Error).message).toContain("nws server");
});

describe("with a web interface", () => {
  let server: RunningServer;
  let proxy: Server;
  let s: Sleigh;
  beforeAll(async () => {
    server = await startServer({ port: 0 });
    proxy = offering(4321, server);
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as { port: number };
    s = new Sleigh({ nwsHost: "127.0.0.1", nwsPort: port, workerCount: 1, wsNameTemplate: "größe & %d" });
    await s.started();
  });
  afterAll(async () => {
    await s.stop();
    proxy.close();
    await server.stop();
  });

  test("it says where the sleigh's workspace is shown", async () => {
    expect(await s.view({ open: false })).toMatch(/^http:\/\/127\.0\.0\.1:4321\/workspaces\/gr~c3~b6~c3~9fe~20~26~20/);
  });

  test.skipIf(process.platform === "win32")("it opens that in the browser, through no shell", async () => {
    const folder = await mkdtemp(join(tmpdir(), "nws-view-"));
    const { PATH } = process.env;
    const told = join(folder, "told");
    try {
      const opener = join(folder, process.platform === "darwin" ? "open" : "xdg-open");
      await writeFile(opener, `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > '${told}.part' && mv '${told}.part' '${told}'\n`);
      await chmod(opener, 0o755);
      process.env["PATH"] = `${folder}${delimiter}${PATH ?? ""}`;
      const url = await s.view();
      await expect.poll(() => readFile(told, "utf8").catch(() => ""), { timeout: 10_000 }).toBe(`1\n${url}\n`);
      process.env["PATH"] = join(folder, "empty");
      await expect(s.view()).rejects.toThrow(`open ${url} yourself`);
    } finally {
      process.env["PATH"] = PATH;
      await rm(folder, { recursive: true });
    }
  });
});
