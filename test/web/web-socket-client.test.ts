import { build } from "esbuild";
import { join } from "node:path";
import { WebSocket } from "ws";
import { expect, test } from "vitest";
import { NetWorkSpace, NwsServer, type WebSocketConstructor } from "../../src/client/browser.ts";
import { TestWeb } from "./support.ts";

const webSocket = WebSocket as unknown as WebSocketConstructor;

test("a program in a browser exchanges values with one over TCP", async () => {
  await using web = await TestWeb.start();
  const there = web.open("table");
  const url = `${web.base.replace("http", "ws")}/ws`;
  const here = new NetWorkSpace("table", { url, webSocket, useUse: true });
  await here.store("x", { list: [1, 2, 3] });
  expect(await there.fetch("x")).toEqual({ list: [1, 2, 3] });
  const waiting = here.fetch("y");
  await there.store("y", new Float64Array([1.5]));
  expect(await waiting).toEqual(new Float64Array([1.5]));
  const large = new Uint8Array(5_000_000).fill(3);
  await here.store("z", large);
  expect(Buffer.compare(await there.fetch<Uint8Array>("z"), large)).toBe(0);
  await there.store("z", large);
  expect(Buffer.compare(await here.fetch<Uint8Array>("z"), large)).toBe(0);
  await here.close();
});

test("many operations in flight keep their order", async () => {
  await using web = await TestWeb.start();
  const server = new NwsServer({ url: `${web.base.replace("http", "ws")}/ws`, webSocket });
  const ws = new NetWorkSpace("w", { server });
  await Promise.all(Array.from({ length: 2000 }, (_, i) => ws.store("x", i)));
  const fetched = await Promise.all(Array.from({ length: 2000 }, () => ws.fetch("x")));
  expect(fetched).toEqual(Array.from({ length: 2000 }, (_, i) => i));
  await server.close();
});

test("its door bundles for a browser without any module of Node", async () => {
  const result = await build({
    entryPoints: [join(import.meta.dirname, "../../src/client/browser.ts")],
    bundle: true,
    platform: "browser",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const imports = Object.values(result.metafile.inputs).flatMap((input) => input.imports);
  expect(imports.filter(({ external, path }) => external === true || path.startsWith("node:"))).toEqual([]);
});

test("an address that is none is refused at once", () => {
  expect(() => new NwsServer({ url: "http://x/", webSocket })).toThrow("ws://");
});
