import { expect } from "vitest";
import { longReply, request } from "./classic-bytes.ts";
import { FrameClient, byteString, fields, frame, replies, verbs } from "./frames.ts";
import { RawClient } from "./raw-client.ts";

interface Peer {
  /** Stores this text, fetches a value and returns what came. */
  exchange(text: string): Promise<string>;
  [Symbol.dispose](): void;
}

async function classicPeer(port: number, workspace: string): Promise<Peer> {
  const client = await RawClient.connect(port);
  client.send("1111");
  client.send(request("open ws", workspace, "bystander", "no"));
  await client.read(8);
  return {
    async exchange(text) {
      client.send(request("store", workspace, "x", "1", text));
      client.send(request("fetch", workspace, "x"));
      const reply = (await client.read(4 + longReply(0, 1, text).length)).toString("latin1");
      return reply === `0000${longReply(0, 1, text)}` ? text : reply;
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

async function framePeer(port: number, workspace: string): Promise<Peer> {
  const client = await FrameClient.connect(port);
  client.raw.send(frame(1, verbs.open, fields([4, 0], [1, 5]), byteString(workspace)));
  client.raw.send(frame(0, verbs.name, fields([4, 0], [4, 0]), "x"));
  await client.answerTo(1);
  return {
    async exchange(text) {
      client.raw.send(frame(2, verbs.store, fields([4, 0], [4, 1]), text));
      client.raw.send(frame(3, verbs.fetch, fields([4, 0], [1, 0])));
      const stored = await client.answerTo(2);
      const fetched = await client.answerTo(3);
      const booking = fetched.body.subarray(1, 9);
      client.raw.send(frame(0, verbs.confirm, booking));
      const isRight = stored.verb === replies.done && fetched.verb === replies.value && fetched.body[0] === 1;
      return isRight ? fetched.body.subarray(13).toString("latin1") : fetched.body.toString("latin1");
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

let counter = 0;

/**
 * An honest client, of either protocol, that stores and fetches all the time while others misbehave. `stop` fails when
 * one of its values came back wrong, or when one exchange took longer than a server in good health needs.
 */
export class Bystander {
  readonly #peer: Peer;
  readonly #done: Promise<void>;
  #stopped = false;
  #exchanges = 0;
  #slowestMs = 0;

  private constructor(peer: Peer) {
    this.#peer = peer;
    this.#done = this.#run();
    this.#done.catch(() => undefined); // told by `stop`
  }

  static async start(port: number, kind: "classic" | "multiplexed"): Promise<Bystander> {
    const workspace = `bystander ${++counter}`;
    return new Bystander(await (kind === "classic" ? classicPeer(port, workspace) : framePeer(port, workspace)));
  }

  get exchanges(): number {
    return this.#exchanges;
  }

  /** Resolves when this many more exchanges were right. */
  async more(count: number): Promise<void> {
    const wanted = this.#exchanges + count;
    while (this.#exchanges < wanted && !this.#stopped) {
      await Promise.race([this.#done, new Promise((resolve) => setImmediate(resolve))]);
    }
  }

  async stop(slowestMs: number): Promise<void> {
    this.#stopped = true;
    try {
      await this.#done;
    } finally {
      this.#peer[Symbol.dispose]();
    }
    expect(this.#exchanges).toBeGreaterThan(0);
    expect(this.#slowestMs, "the slowest exchange of a bystander, in ms").toBeLessThan(slowestMs);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const text = `value ${this.#exchanges} \xff\0`;
      const began = performance.now();
      expect(await this.#peer.exchange(text)).toBe(text);
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - began);
      this.#exchanges++;
    }
  }
}
