// The multiplexed protocol's frames, written from its page and not with the project's own writer.

import { RawClient } from "./raw-client.ts";
import { dictionary } from "./classic-bytes.ts";

/** Verbs by name, as the page numbers them. */
export const verbs = {
  hello: 1,
  name: 2,
  open: 3,
  leave: 4,
  deleteWs: 5,
  listWss: 6,
  mktemp: 7,
  listVars: 8,
  declare: 9,
  deleteVar: 10,
  store: 11,
  storeSeveral: 12,
  fetch: 16,
  fetchTry: 17,
  find: 18,
  findTry: 19,
  ifetch: 20,
  ifetchTry: 21,
  ifind: 22,
  ifindTry: 23,
  confirm: 24,
  ack: 25,
  release: 26,
  complete: 27,
  cancel: 28,
  ping: 29,
  chunk: 30,
  credit: 31,
  goodbye: 32,
  info: 33,
} as const;

export const replies = { done: 64, none: 65, value: 66, chunk: 67, failed: 68, welcome: 69, credit: 70 } as const;

/** Numbers of the given widths in bytes: `fields([1, 7], [4, 9])` is a u8 and a u32. */
export function fields(...numbers: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number | bigint])[]): Buffer {
  return Buffer.concat(
    numbers.map(([width, value]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(value));
      return bytes.subarray(8 - width);
    }),
  );
}

/** A byte string: u16 length and the bytes. */
export function byteString(text: string): Buffer {
  return Buffer.concat([fields([2, text.length]), Buffer.from(text, "latin1")]);
}

export function frame(request: number, verb: number, ...content: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
  return Buffer.concat([fields([4, body.length + 5], [4, request], [1, verb]), body]);
}

export const hello = frame(0, verbs.hello, fields([1, 1], [4, 0]), byteString("hostile"));

export interface Answer {
  readonly request: number;
  readonly verb: number;
  readonly body: Buffer;
}

/** The bytes that ask for the multiplexed protocol, without waiting for the offer. */
export const negotiation = Buffer.concat([Buffer.from("X000R000"), dictionary({ Multiplex: "1" })]);

/** A raw client that speaks frames. */
export class FrameClient {
  readonly raw: RawClient;

  private constructor(raw: RawClient) {
    this.raw = raw;
  }

  /** Connects and asks for frames; says `hello` unless told not to. */
  static async connect(port: number, greet = true): Promise<FrameClient> {
    const raw = await RawClient.connect(port);
    raw.send(negotiation);
    await FrameClient.#expect(raw, "P000");
    const count = Number(await raw.read(4));
    for (let item = 0; item < 2 * count; item++) {
      await raw.read(Number(await raw.read(4)));
    }
    await FrameClient.#expect(raw, "A000");
    const client = new FrameClient(raw);
    if (greet) {
      raw.send(hello);
      const welcome = await client.answer();
      if (welcome.verb !== replies.welcome) {
        throw new Error(`hello was answered with verb ${welcome.verb}: ${welcome.body.toString("latin1")}`);
      }
    }
    return client;
  }

  static async #expect(raw: RawClient, wanted: string): Promise<void> {
    const answer = (await raw.read(4)).toString("latin1");
    if (answer !== wanted) {
      throw new Error(`the server said ${JSON.stringify(answer)} instead of ${wanted}`);
    }
  }

  /** Opens a workspace under handle 0 and gives a variable the number 0. */
  async open(workspace: string, variable: string): Promise<void> {
    this.raw.send(frame(1, verbs.open, fields([4, 0], [1, 5]), byteString(workspace)));
    this.raw.send(frame(0, verbs.name, fields([4, 0], [4, 0]), variable));
    const opened = await this.answer();
    if (opened.verb !== replies.done) {
      throw new Error(`open was answered with verb ${opened.verb}: ${opened.body.toString("latin1")}`);
    }
  }

  /** The next frame. */
  async answer(): Promise<Answer> {
    const head = await this.raw.read(9);
    const length = head.readUInt32BE(0);
    return { request: head.readUInt32BE(4), verb: head.readUInt8(8), body: await this.raw.read(length - 5) };
  }

  /** The next frame that answers this request; frames for others are passed over. */
  async answerTo(request: number): Promise<Answer> {
    for (;;) {
      const answer = await this.answer();
      if (answer.request === request) {
        return answer;
      }
    }
  }

  /**
   * The answers to a ping (of this number) and to what was sent before it, or undefined when the connection was closed
   * instead. Either way nothing hangs.
   */
  async answersOrEnd(pingRequest = 0x7fff_ffff): Promise<readonly Answer[] | undefined> {
    this.raw.send(frame(pingRequest, verbs.ping));
    const answers: Answer[] = [];
    for (;;) {
      let answer: Answer;
      try {
        answer = await this.answer();
      } catch (error) {
        if (this.raw.ended) {
          return undefined;
        }
        throw error;
      }
      if (answer.request === pingRequest) {
        return answers;
      }
      answers.push(answer);
    }
  }

  [Symbol.dispose](): void {
    this.raw[Symbol.dispose]();
  }
}

/** The failure code and sentence of a `failed` frame. */
export function failure(answer: Answer): { readonly code: number; readonly text: string } {
  if (answer.verb !== replies.failed) {
    throw new Error(`verb ${answer.verb} where failed was due: ${answer.body.toString("latin1")}`);
  }
  return { code: answer.body.readUInt16BE(0), text: answer.body.subarray(2).toString("utf8") };
}
