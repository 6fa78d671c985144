import { build } from "esbuild";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Dialer, Timer, Transport, TransportEvents } from "../../src/client/portable.ts";
import { Session, WorkspaceBase } from "../../src/client/portable.ts";
import { connect } from "node:net";
import { failureOf, TestServer, until } from "./support.ts";

test("the portable door bundles for a browser without any module of Node", async () => {
  const result = await build({
    entryPoints: [join(import.meta.dirname, "../../src/client/portable.ts")],
    bundle: true,
    platform: "browser",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const imports = Object.values(result.metafile.inputs).flatMap((input) => input.imports);
  expect(imports.filter(({ external, path }) => external === true || path.startsWith("node:"))).toEqual([]);
  expect(result.outputFiles[0]!.text).not.toMatch(/\b(process|Buffer|require)\b[.(]/);
});

/** Connects as a browser would: microtasks and timers only, and a network that can be made slow. */
class SlowDialer implements Dialer {
  readonly address = "somewhere";
  readonly #port: number;
  /** While it is true, nothing that is sent leaves. */
  isStuck = false;
  sends = 0;
  #stuck: Uint8Array[] = [];
  #socket: ReturnType<typeof connect> | undefined;
  #events: TransportEvents | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  soon(callback: () => void): void {
    queueMicrotask(callback);
  }

  atTurnEnd(callback: () => void): void {
    setTimeout(callback, 0);
  }

  after(ms: number, callback: () => void): Timer {
    const timer = setTimeout(callback, ms);
    return { cancel: () => clearTimeout(timer), ref: () => timer.ref(), unref: () => timer.unref() };
  }

  now(): number {
    return performance.now();
  }

  random(): number {
    return Math.random();
  }

  flow(): void {
    this.isStuck = false;
    for (const bytes of this.#stuck.splice(0)) {
      this.#socket!.write(bytes);
    }
    this.#events!.drained();
  }

  dial(events: TransportEvents): Transport {
    const socket = connect(this.#port, "127.0.0.1");
    this.#socket = socket;
    this.#events = events;
    socket.on("connect", () => events.opened());
    socket.on("data", (data) => events.received(data));
    socket.on("close", () => events.closed(undefined));
    const buffered = (): number => this.#stuck.reduce((sum, bytes) => sum + bytes.length, 0);
    return {
      get bufferedBytes() {
        return buffered();
      },
      send: (bytes, length) => {
        this.sends++;
        // Kept as it is, not copied: it must not change afterwards.
        const sent = bytes.subarray(0, length);
        if (this.isStuck) {
          this.#stuck.push(sent);
        } else {
          socket.write(sent);
        }
        return false;
      },
      cork: () => undefined,
      uncork: () => undefined,
      ref: () => undefined,
      unref: () => undefined,
      established: () => undefined,
      close: () => socket.end(),
      destroy: () => socket.destroy(),
    };
  }
}

test("another transport does as well: large and small values both ways", async () => {
  await using server = await TestServer.start();
  const ws = new WorkspaceBase("table", new Session(new SlowDialer(server.running.port)), {});
  const big = new Uint8Array(3_000_000).fill(5);
  const [stored, fetched] = [ws.store("x", big), ws.fetch("x")];
  await ws.store("y", "small");
  expect(await ws.fetch("y")).toBe("small");
  expect(Buffer.compare((await fetched) as Uint8Array, big)).toBe(0);
  await stored;
  await ws.session.close();
  expect(await failureOf(ws.store("x", 1))).toMatchObject({ code: "closed" });
});

test("all operations of a turn leave in one write", async () => {
  await using server = await TestServer.start();
  const dialer = new SlowDialer(server.running.port);
  const ws = new WorkspaceBase("table", new Session(dialer), {});
  await ws.store("x", 0);
  const before = dialer.sends;
  await Promise.all(Array.from({ length: 1000 }, (_, index) => ws.store("x", index)));
  expect(dialer.sends).toBe(before + 1);
});

test("while the network takes nothing, operations wait here, and then all arrive in order", async () => {
  await using server = await TestServer.start();
  const dialer = new SlowDialer(server.running.port);
  const ws = new WorkspaceBase("table", new Session(dialer), {});
  await ws.opened();
  dialer.isStuck = true;
  const values = Array.from({ length: 200 }, (_, index) => new Uint8Array(50_000).fill(index));
  const stored: Promise<void>[] = [];
  const before = dialer.sends;
  for (const value of values) {
    stored.push(ws.store("x", value));
    await Promise.resolve();
  }
  await until("a turn has passed", () => new Promise<boolean>((resolve) => setImmediate(() => resolve(true))));
  // One mebibyte is let through to the transport, the rest stays in front of it.
  expect(dialer.sends - before).toBeLessThan(40);
  dialer.flow();
  await Promise.all(stored);
  for (const value of values) {
    expect(Buffer.compare((await ws.fetch("x")) as Uint8Array, value)).toBe(0);
  }
  await ws.session.close();
});
