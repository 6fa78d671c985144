import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "../../src/host/index.ts";
import { createApp } from "../../src/web/app.ts";
import { FuzzServer } from "../fuzz/support/fuzz-server.ts";
import { FuzzSocket } from "../fuzz/support/fuzz-socket.ts";
import { TestWeb } from "./support.ts";

let outside: string;
let folder: string;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), "nws-pages-"));
  folder = await mkdtemp(join(outside, "pages-"));
  await writeFile(join(outside, "secret.txt"), "secret");
  await writeFile(join(folder, ".env"), "secret");
  await writeFile(join(folder, "index.html"), "<h1>own</h1>");
});

afterAll(() => rm(outside, { recursive: true }));

test("the client is one module that needs nothing else, and is kept until it changes", async () => {
  await using web = await TestWeb.start();
  const response = await web.fetch("/client.js");
  expect(response.headers.get("content-type")).toMatch(/^(?:text|application)\/javascript/);
  expect(response.headers.get("cache-control")).toBe("public, max-age=0");
  const source = await response.text();
  expect(source).not.toMatch(/^import\b|\bfrom\s*["'`]|node:/m);
  const etag = response.headers.get("etag")!;
  const again = { "if-none-match": etag, "cache-control": "max-age=0" };
  expect((await web.fetch("/client.js", { headers: again })).status).toBe(304);
  const client = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as Record<string, unknown>;
  expect(Object.keys(client)).toEqual(expect.arrayContaining(["NetWorkSpace", "NwsServer", "NwsError"]));
});

test("pages of one's own are at /pages/, as they are now, under the policy of all pages", async () => {
  await using web = await TestWeb.start({ webPages: folder });
  const response = await web.fetch("/pages/");
  expect(await response.text()).toBe("<h1>own</h1>");
  expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'self'/);
  expect((await web.fetch("/pages")).headers.get("location")).toBe("/pages/");
  await writeFile(join(folder, "later.js"), "1");
  expect(await (await web.fetch("/pages/later.js")).text()).toBe("1");
  expect(await (await web.fetch("/")).text()).toContain("NetWorkSpaces");
});

test("folders lead to their index; heads and parts of files are answered", async () => {
  await mkdir(join(folder, "sub"));
  await writeFile(join(folder, "sub/index.html"), "<h1>sub</h1>");
  await using web = await TestWeb.start({ webPages: folder });
  expect((await web.fetch("/pages/sub?a=1")).headers.get("location")).toBe("/pages/sub/?a=1");
  expect(await (await web.fetch("/pages/sub/?a=1")).text()).toBe("<h1>sub</h1>");
  const head = await web.fetch("/pages/sub/index.html", { method: "HEAD" });
  expect(head.headers.get("content-length")).toBe("12");
  const part = await web.fetch("/pages/index.html", { headers: { range: "bytes=4-6" } });
  expect([part.status, await part.text()]).toEqual([206, "own"]);
  expect((await web.fetch("/pages/index.html", { headers: { range: "bytes=400-" } })).status).toBe(416);
});

test("nothing outside the folder is shown, nothing hidden, and nothing that is not there", async () => {
  await using web = await TestWeb.start({ webPages: folder });
  for (const path of [
    "..%2fsecret.txt",
    "..%5csecret.txt",
    "sub%2f..%2f..%2fsecret.txt",
    ".env",
    "%2eenv",
    "%00",
    "%",
    "none.js",
  ]) {
    const response = await web.fetch(`/pages/${path}`);
    expect([400, 403, 404]).toContain(response.status);
    expect(await response.text()).not.toBe("secret");
  }
});

test("what only the router takes for an address of these pages leads to none of the files", async () => {
  const wrong = ["es/x", "localhost/pages/x"];
  for (const file of wrong) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), "wrong");
  }
  await using web = await TestWeb.start({ webPages: folder });
  for (const path of ["/%70ages/x", "http://localhost/pages/x"]) {
    const response = (await once(request({ port: web.webPort, path }).end(), "response"))[0] as IncomingMessage;
    expect(await text(response), path).not.toBe("wrong");
  }
});

test("what says nothing of its type is bytes; what may change is asked for each time", async () => {
  await writeFile(join(folder, "untold"), "1");
  await using web = await TestWeb.start({ webPages: folder });
  expect((await web.fetch("/pages/untold")).headers.get("content-type")).toBe("application/octet-stream");
  for (const path of ["/pages/untold", "/index.html", "/icon.svg", "/"]) {
    expect((await web.fetch(path)).headers.get("cache-control"), path).toBe("public, max-age=0");
  }
  const [script] = /\/assets\/[^"]+\.js/.exec(await (await web.fetch("/")).text())!;
  expect((await web.fetch(script)).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

test.runIf(process.platform === "linux")(
  "whoever asks for many files at once, and hangs up, leaves none open",
  async () => {
    const large = join(folder, "large");
    await writeFile(large, Buffer.alloc(1_000_000));
    await using web = await TestWeb.start({ webPages: folder });
    const openCount = async (): Promise<number> => {
      const names = await readdir("/proc/self/fd");
      const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => "")));
      return targets.filter((target) => target === large).length;
    };
    // (After the second Node does not tell any of the requests before it that the connection is gone.)
    for (const last of ["", "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: nothing\r\n\r\n"]) {
      const socket = connect(web.webPort, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write("GET /pages/large HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(20) + last);
      // (The system takes some megabytes of the first ones.)
      await expect.poll(openCount).toBeGreaterThan(5);
      socket.resetAndDestroy();
      await expect.poll(openCount).toBe(0);
    }
  },
);

test("without such a folder there is nothing at /pages/, and one that is none is refused at once", async () => {
  await using web = await TestWeb.start();
  expect((await web.fetch("/pages/")).status).toBe(404);
  const none = join(folder, "none");
  await expect(startServer({ port: 0, webPages: none })).rejects.toThrow(none);
  await expect(startServer({ port: 0, webPages: join(folder, "index.html") })).rejects.toThrow("no folder");
});

test("whoever asks for a file and a WebSocket at once, and hangs up, is no fault that the server's log tells of", async () => {
  const server = new FuzzServer();
  const addresses = { host: "127.0.0.1", port: 1, webPort: 2 };
  const app = await createApp({ server: server.server, addresses, hostNames: [], pages: undefined });
  // At every moment there is: while the file is looked for, opened, read.
  for (let turns = 0; turns < 30; turns++) {
    const socket = Object.assign(new FuzzSocket(), { setTimeout: () => undefined });
    app.http.emit("connection", socket);
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    const path = `HTTP/1.1\r\nHost: localhost\r\n`;
    socket.send(Buffer.from(`GET /client.js ${path}\r\nGET /nowhere ${path}${upgrade}\r\n`));
    for (let turn = 0; turn < turns; turn++) {
      await server.settle();
    }
    socket.destroy();
  }
  await app.close();
  // What the log tells of as a fault is thrown here.
  await server.tidyUp();
  await server.stop();
});
