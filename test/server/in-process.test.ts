import { describe, expect, it } from "vitest";
import type { LocalLink } from "../../src/wire/local-link.ts";
import { Verb } from "../../src/wire/verbs.ts";
import type { Server } from "../../src/server/server.ts";
import { serve, until } from "./harness.ts";
import { frame, RawMultiplexed, text, u32, u8 } from "./raw-multiplexed.ts";

const VALUE_BYTES = 100_000;

/** The client's end of a link, and all that comes out of it. */
class RawLink {
  readonly link: LocalLink;
  readonly events: string[] = [];
  /** The most that came in one turn. */
  mostBytes = 0;
  bytes = 0;
  #turnBytes = 0;

  constructor(server: Server) {
    this.link = server.connect({
      opened: () => this.events.push("opened"),
      received: (bytes) => {
        this.bytes += bytes.length;
        if (this.#turnBytes === 0) {
          setImmediate(() => (this.#turnBytes = 0));
        }
        this.#turnBytes += bytes.length;
        this.mostBytes = Math.max(this.mostBytes, this.#turnBytes);
      },
      drained: () => this.events.push("drained"),
      closed: () => this.events.push("closed"),
    });
  }

  send(bytes: Uint8Array | string): void {
    const all = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
    this.link.send(all, all.length);
  }

  /** Agrees on the multiplexed protocol, and uses variable 0 of workspace 0. */
  async ready(): Promise<void> {
    this.send("X000R00000010009Multiplex00011");
    await until(() => this.bytes > 8, "the offer");
    const open = Buffer.concat([u32(0), u8(4), Buffer.of(0, 1), text("w")]);
    this.send(frame(0, Verb.hello, u8(1), u32(0), Buffer.of(0, 0)));
    this.send(frame(0, Verb.open, open));
    this.send(frame(0, Verb.name, u32(0), u32(0), text("x")));
  }
}

describe("a client in the server's process", () => {
  it("is told that it is connected, in a later call, and that it is not any more, once", async () => {
    await using test = await serve();
    const raw = new RawLink(test.server);
    expect(raw.events).toEqual([]);
    await until(() => raw.events.length === 1, "opened");
    expect(test.server.connectionCount).toBe(1);
    raw.link.destroy();
    raw.link.destroy();
    raw.send("too late");
    await until(() => test.server.connectionCount === 0, "the server knows");
    expect(raw.events).toEqual(["opened", "closed"]);
  });

  it("is not connected to a server that was stopped", async () => {
    const test = await serve();
    await test[Symbol.asyncDispose]();
    const raw = new RawLink(test.server);
    await until(() => raw.events.length > 0, "closed");
    expect(raw.events).toEqual(["closed"]);
  });

  it("hears the server hang up after its last word", async () => {
    await using test = await serve();
    const raw = new RawLink(test.server);
    raw.link.end();
    await until(() => raw.events.includes("closed"), "closed");
    expect(test.server.connectionCount).toBe(0);
  });

  it("is not read any more while it has much to take, so that others get their turns and memory is not filled", async () => {
    await using test = await serve();
    const other = await RawMultiplexed.ready(test);
    await other.store(1, "v".repeat(VALUE_BYTES));
    const raw = new RawLink(test.server);
    await raw.ready();
    const count = 2000; // of 100 kB each
    const find = Buffer.concat(Array.from({ length: count }, (_, i) => frame(i, Verb.find, u32(0), u8(0))));
    raw.send(find);
    await until(() => raw.bytes > count * VALUE_BYTES, "all came");
    expect(raw.mostBytes).toBeLessThan(10e6);
  });

  it("is told when a server that did not read it does so again", async () => {
    await using test = await serve();
    const raw = new RawLink(test.server);
    await raw.ready();
    raw.send(frame(1, Verb.ping, Buffer.alloc(0)));
    const store = frame(2, Verb.store, u32(0), u32(0), Buffer.alloc(90_000));
    for (let i = 0; i < 20; i++) {
      raw.send(store);
    }
    expect(raw.link.unsentBytes).toBeGreaterThan(1_000_000);
    await until(() => raw.events.includes("drained"), "drained");
    expect(raw.link.unsentBytes).toBe(0);
    expect(test.server.space.stats.memoryBytes).toBeGreaterThan(20 * 90_000 - 1);
  });

  it("gets a value before another client's answer that only says that it was stored, and that comes too", async () => {
    await using test = await serve();
    const raw = new RawLink(test.server);
    await raw.ready();
    raw.send(frame(3, Verb.fetch, u32(0), u8(0)));
    await until(() => test.server.space.stats.waiting === 1, "it waits");
    const other = await RawMultiplexed.ready(test);
    const before = raw.bytes;
    await other.store(1, "value");
    expect(raw.bytes).toBeGreaterThan(before);
  });
});
