// Hostile bytes in the multiplexed protocol. After each test: two bystanders were served all the time, and the server's
// memory is within bounds (see hostile/arena.ts).

import { expect, it } from "vitest";
import { inWaves, range, useArena } from "./hostile/arena.ts";
import {
  FrameClient,
  byteString,
  failure,
  fields,
  frame,
  hello,
  negotiation,
  replies,
  verbs,
} from "./hostile/frames.ts";
import { Random } from "./hostile/random.ts";
import { RawClient } from "./hostile/raw-client.ts";

const MIB = 1_048_576;
const CHUNKED = 0x80;
const seed = Number(process.env["NWS_TEST_SEED"] ?? 20_240);
const arena = useArena();

/** One good frame of every verb, for a session in which handle 0 and variable 0 are known. */
function everyVerb(workspace: string): readonly Buffer[] {
  const variable = fields([4, 0]);
  const value = fields([4, 1]);
  const read = (verb: number, flags: number, ...rest: readonly Buffer[]): Buffer =>
    frame(verb, verb, variable, fields([1, flags]), ...rest);
  return [
    frame(0, verbs.name, variable, fields([4, 0]), "x"),
    frame(3, verbs.open, fields([4, 0], [1, 5]), byteString(workspace)),
    frame(6, verbs.listWss),
    frame(7, verbs.mktemp, fields([4, 1]), "temporary %d"),
    frame(8, verbs.listVars, fields([4, 0])),
    frame(9, verbs.declare, variable, "fifo"),
    frame(11, verbs.store, variable, value, "value"),
    frame(12, verbs.storeSeveral, variable, fields([4, 1], [4, 3]), "abc", fields([4, 1], [4, 0])),
    read(verbs.findTry, 0),
    read(verbs.fetchTry, 1),
    read(verbs.ifindTry, 0),
    read(verbs.ifindTry, 8, fields([8, 1], [8, 0])),
    read(verbs.ifetchTry, 4, fields([4, 10])),
    read(verbs.find, 2, fields([4, 1])),
    read(verbs.fetch, 2, fields([4, 1])),
    read(verbs.ifind, 10, fields([4, 1], [8, 1], [8, 999])),
    read(verbs.ifetch, 15, fields([4, 1], [4, 5], [8, 1], [8, 999])),
    frame(0, verbs.confirm, fields([8, 1])),
    frame(25, verbs.ack, fields([8, 1])),
    frame(26, verbs.release, fields([1, 1], [8, 1])),
    frame(27, verbs.complete, fields([8, 1]), variable, value, "value"),
    frame(28, verbs.cancel),
    frame(31, verbs.credit, fields([4, 1_000])),
    frame(40, verbs.store | CHUNKED, variable, value, fields([8, 4])),
    frame(40, verbs.chunk, "abcd"),
    frame(33, verbs.info),
    frame(10, verbs.deleteVar, variable),
    frame(5, verbs.deleteWs, fields([4, 0])),
    frame(4, verbs.leave, fields([4, 0])),
    frame(32, verbs.goodbye),
  ];
}

function sessionBytes(workspace: string): Buffer {
  return Buffer.concat([negotiation, hello, ...everyVerb(workspace)]);
}

it(`closes after random bytes in place of frames (seed ${seed})`, async () => {
  const random = new Random(seed);
  await inWaves(range(300), 16, async (index) => {
    const greeting = random.pick([Buffer.alloc(0), hello]);
    await arena.throw(
      Buffer.concat([negotiation, greeting, random.bytes(random.below(4_096))]),
      `random bytes ${index}`,
    );
  });
});

it(`closes after sessions with bytes changed, missing or twice (seed ${seed})`, async () => {
  const random = new Random(seed + 1);
  await inWaves(range(400), 16, async (index) => {
    const frames = Buffer.concat([hello, ...everyVerb(`mutilated ${index}`)]);
    await arena.throw(Buffer.concat([negotiation, random.mutilated(frames)]), `mutilated session ${index}`);
  });
});

it("closes after a session that ends, or survives a reset, at any offset", async () => {
  const whole = sessionBytes("truncated");
  await inWaves(range(whole.length), 16, async (offset) => {
    await arena.throw(whole.subarray(0, offset), `a session that ended at ${offset}`);
    const client = await RawClient.connect(arena.port);
    await client.sendAll(whole.subarray(0, offset));
    client.destroy();
  });
});

it("answers a session that comes byte by byte like one that comes whole", async () => {
  const whole = sessionBytes("byte by byte");
  using client = await RawClient.connect(arena.port);
  for (const byte of whole) {
    await client.sendAll(Buffer.of(byte));
  }
  const slow = await client.untilEnd("the end after goodbye");
  const fast = await arena.throw(whole, "the end after goodbye");
  const answered = (bytes: Buffer): readonly string[] => {
    const found: string[] = [];
    const start = bytes.indexOf("A000") + 4;
    for (let at = start; at < bytes.length; at += 4 + bytes.readUInt32BE(at)) {
      found.push(`${bytes.readUInt32BE(at + 4)}: ${bytes.readUInt8(at + 8)}`);
    }
    return found.sort();
  };
  expect(answered(slow)).toEqual(answered(fast));
  expect(answered(slow)).toContain(`32: ${replies.done}`);
});

it(`answers or closes after frames of random verbs and fields (seed ${seed})`, async () => {
  const random = new Random(seed + 2);
  await inWaves(range(100), 8, async (index) => {
    using client = await FrameClient.connect(arena.port);
    await client.open(`fuzz ${index}`, "x");
    const frames = range(50).map(() => {
      const verb = random.pick([random.below(34), random.below(34) | CHUNKED, random.below(256)]);
      const content = random.pick([
        () => random.bytes(random.below(40)),
        () => Buffer.alloc(random.below(40)),
        () => Buffer.concat([fields([4, 0], [1, random.below(16)]), Buffer.alloc(random.below(24))]),
      ])();
      return frame(random.below(1_000), verb, content);
    });
    client.raw.send(Buffer.concat(frames));
    await client.answersOrEnd();
  });
});

it("ends the connection at a length under five or over a mebibyte", async () => {
  for (const length of [0, 1, 4, MIB + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
    for (const greet of [false, true]) {
      using client = await FrameClient.connect(arena.port, greet);
      client.raw.send(Buffer.concat([fields([4, length], [4, 1], [1, verbs.ping]), Buffer.alloc(100)]));
      await client.raw.untilEnd(`a frame of length ${length}`);
    }
  }
});

it("keeps no memory for frames that are announced and do not come", async () => {
  const clients = await Promise.all(
    range(300).map(async () => {
      const client = await FrameClient.connect(arena.port);
      client.raw.send(Buffer.concat([fields([4, MIB], [4, 1], [1, verbs.store]), Buffer.alloc(1_000)]));
      return client;
    }),
  );
  await arena.checkHealth();
  for (const client of clients) {
    client.raw.destroy();
  }
});

it("answers or closes when hello is missing, is wrong or comes again", async () => {
  const frames = [
    frame(1, verbs.ping),
    frame(1, verbs.open, fields([4, 0], [1, 5]), byteString("no hello")),
    frame(1, verbs.hello),
    frame(1, verbs.hello, fields([1, 0], [4, 0]), byteString("")),
    frame(1, verbs.hello, fields([1, 2], [4, 0]), byteString("")),
    frame(1, verbs.hello, fields([1, 255], [4, 2 ** 32 - 1]), byteString("\xff\0\t\n")),
    frame(1, verbs.hello, fields([1, 1], [4, 0], [2, 60_000]), "short"),
  ];
  for (const bytes of frames) {
    for (const greet of [false, true]) {
      using client = await FrameClient.connect(arena.port, greet);
      client.raw.send(bytes);
      await client.raw.answeredOrEnded(`${bytes.toString("hex")}, ${greet ? "after" : "without"} hello`);
    }
  }
});

it("answers unknown verbs and verbs of the server with a failure, or closes", async () => {
  const known = new Set<number>(Object.values(verbs));
  const unknown = range(256).filter((verb) => !known.has(verb) && !known.has(verb & ~CHUNKED));
  await inWaves(unknown, 8, async (verb) => {
    using client = await FrameClient.connect(arena.port);
    client.raw.send(frame(7, verb, "anything"));
    const answers = await client.answersOrEnd();
    if (answers !== undefined) {
      expect(
        answers.map((answer) => [answer.request, answer.verb]),
        `verb ${verb}`,
      ).toEqual([[7, replies.failed]]);
    }
  });
});

it("answers or closes when the fields of a verb are cut at any length, or too many", async () => {
  const frames = everyVerb("cut fields");
  await inWaves(range(frames.length), 4, async (index) => {
    const whole = frames[index] ?? Buffer.alloc(0);
    const request = whole.readUInt32BE(4);
    const verb = whole.readUInt8(8);
    const content = whole.subarray(9);
    for (let length = 0; length < content.length + 3; length++) {
      const given = Buffer.concat([content, Buffer.from("\0\xff\n", "latin1")]).subarray(0, length);
      using client = await FrameClient.connect(arena.port);
      await client.open(`cut fields ${index}`, "x");
      client.raw.send(frame(request, verb, given));
      await client.answersOrEnd();
    }
  });
});

it("refuses handles and variable numbers that were never given", async () => {
  using client = await FrameClient.connect(arena.port);
  const unknown = [5, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1];
  for (const number of unknown) {
    const at = fields([4, number]);
    const requests = [
      frame(1, verbs.leave, at),
      frame(2, verbs.deleteWs, at),
      frame(3, verbs.listVars, at),
      frame(4, verbs.declare, at, "fifo"),
      frame(5, verbs.deleteVar, at),
      frame(6, verbs.store, at, fields([4, 1]), "v"),
      frame(7, verbs.storeSeveral, at, fields([4, 1], [4, 1]), "v"),
      ...range(8).map((kind) => frame(16 + kind, 16 + kind, at, fields([1, 0]))),
    ];
    client.raw.send(Buffer.concat(requests));
    const answers = await client.answersOrEnd();
    expect(answers?.length, `number ${number}`).toBe(requests.length);
    expect(answers?.every((answer) => answer.verb === replies.failed)).toBe(true);
  }
});

it("holds 65 536 variables and handles of a session and refuses one more of each", async () => {
  using client = await FrameClient.connect(arena.port);
  await client.open("many numbers", "x");
  for (let at = 0; at < 65_536; at += 4_096) {
    const names = range(4_096).map((index) =>
      frame(0, verbs.name, fields([4, at + index], [4, 0]), `variable ${at + index}`),
    );
    const stores = range(4_096).map((index) => frame(1, verbs.store, fields([4, at + index], [4, 1]), `${at + index}`));
    client.raw.send(Buffer.concat([...names, ...stores]));
    const answers = await client.answersOrEnd();
    expect(answers?.length).toBe(4_096);
    expect(answers?.every((answer) => answer.verb === replies.done)).toBe(true);
  }
  client.raw.send(frame(0, verbs.name, fields([4, 65_536], [4, 0]), "one too many"));
  client.raw.send(frame(2, verbs.store, fields([4, 65_536], [4, 1]), "v"));
  failure(await client.answerTo(2));
  client.raw.send(frame(3, verbs.fetchTry, fields([4, 65_535], [1, 0])));
  expect((await client.answerTo(3)).body.subarray(13).toString()).toBe("65535");

  for (let at = 0; at < 65_536; at += 4_096) {
    const opens = range(4_096).map((index) =>
      frame(4, verbs.open, fields([4, at + index], [1, 4]), byteString("many numbers")),
    );
    client.raw.send(Buffer.concat(opens));
    const answers = await client.answersOrEnd();
    expect(answers?.length).toBe(4_096);
    expect(answers?.every((answer) => answer.verb === replies.done)).toBe(true);
  }
  client.raw.send(frame(5, verbs.open, fields([4, 65_536], [1, 4]), byteString("many numbers")));
  failure(await client.answerTo(5));
});

it("makes requests fail whose variable or workspace has a bad name, and keeps any other bytes", async () => {
  using client = await FrameClient.connect(arena.port);
  await client.open("bad names", "x");
  for (const name of ["", "\t", "a\nb", "a\0"]) {
    client.raw.send(frame(0, verbs.name, fields([4, 1], [4, 0]), name));
    client.raw.send(frame(2, verbs.store, fields([4, 1], [4, 1]), "v"));
    failure(await client.answerTo(2));
    client.raw.send(frame(3, verbs.fetch, fields([4, 1], [1, 0])));
    failure(await client.answerTo(3));
    client.raw.send(frame(4, verbs.open, fields([4, 9], [1, 4]), byteString(name)));
    failure(await client.answerTo(4));
  }
  client.raw.send(frame(0, verbs.name, fields([4, 1], [4, 0]), "\xff\xfe"));
  client.raw.send(frame(5, verbs.store, fields([4, 1], [4, 1]), "v"));
  expect((await client.answerTo(5)).verb).toBe(replies.done);
  client.raw.send(frame(6, verbs.listVars, fields([4, 0])));
  expect((await client.answerTo(6)).body.subarray(5).toString("latin1")).toMatch(/^\xff\xfe\t1\t0\t0\tfifo\t/);
});

it("takes confirmations, leases, credits, chunks and cancels that belong to nothing", async () => {
  const largest = 2n ** 64n - 1n;
  using client = await FrameClient.connect(arena.port);
  await client.open("belongs to nothing", "x");
  for (const number of [0n, 1n, 2n ** 53n, largest]) {
    using other = await FrameClient.connect(arena.port);
    await other.open("belongs to nothing", "x");
    other.raw.send(frame(0, verbs.confirm, fields([8, number])));
    await other.answersOrEnd();
    for (const bytes of [
      frame(1, verbs.ack, fields([8, number])),
      frame(2, verbs.release, fields([1, 0], [8, number])),
      frame(3, verbs.release, fields([1, 1], [8, number])),
      frame(4, verbs.release, fields([1, 7], [8, number])),
      frame(5, verbs.complete, fields([8, number], [4, 0], [4, 1]), "v"),
    ]) {
      using third = await FrameClient.connect(arena.port);
      await third.open("belongs to nothing", "x");
      third.raw.send(bytes);
      const answers = await third.answersOrEnd();
      expect(answers === undefined || answers.length === 1, bytes.toString("hex")).toBe(true);
    }
  }
  for (const index of range(100)) {
    client.raw.send(frame(index + 10, verbs.cancel));
    client.raw.send(frame(index + 10, verbs.credit, fields([4, 2 ** 32 - 1])));
  }
  client.raw.send(frame(7, verbs.listVars, fields([4, 0])));
  expect((await client.answerTo(7)).body.subarray(5).toString()).toBe("");
  client.raw.send(frame(500, verbs.chunk, "of no request"));
  await client.answersOrEnd();
});

it("does not let a confirmation of values that were never given lose the ones that are given later", async () => {
  const client = await FrameClient.connect(arena.port);
  using owner = await FrameClient.connect(arena.port);
  await owner.open("confirmed too early", "x");
  owner.raw.send(frame(2, verbs.store, fields([4, 0], [4, 1]), "kept"));
  expect((await owner.answerTo(2)).verb).toBe(replies.done);
  await client.open("confirmed too early", "x");
  client.raw.send(frame(0, verbs.confirm, fields([8, 1_000])));
  client.raw.send(frame(3, verbs.fetch, fields([4, 0], [1, 0])));
  await client.raw.answeredOrEnded("a confirmation too early");
  client.raw.destroy();
  owner.raw.send(frame(4, verbs.fetch, fields([4, 0], [1, 2], [4, 10_000])));
  expect((await owner.answerTo(4)).body.subarray(13).toString()).toBe("kept");
});

it("answers or closes when an upload announces an absurd length", async () => {
  for (const length of [2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 2n ** 45n]) {
    for (const verb of [verbs.store, verbs.storeSeveral, verbs.complete]) {
      using client = await FrameClient.connect(arena.port);
      await client.open("absurd upload", "x");
      const head = verb === verbs.storeSeveral ? fields([4, 0], [8, length]) : fields([4, 0], [4, 1], [8, length]);
      const lease = verb === verbs.complete ? fields([8, 1]) : Buffer.alloc(0);
      client.raw.send(frame(2, verb | CHUNKED, lease, head));
      const answers = await client.answersOrEnd();
      if (answers !== undefined) {
        expect(answers.filter((answer) => answer.verb === replies.failed).length, `${verb} of ${length}`).toBe(1);
      }
    }
  }
});

it("keeps no memory for uploads that are announced and do not come", async () => {
  using client = await FrameClient.connect(arena.port);
  await client.open("announced uploads", "x");
  for (const index of range(1_000)) {
    client.raw.send(frame(index + 10, verbs.store | CHUNKED, fields([4, 0], [4, 1], [8, 1_073_741_824]), ""));
    client.raw.send(frame(index + 10, verbs.chunk, Buffer.alloc(100)));
  }
  await client.answersOrEnd();
  await arena.checkHealth();
});

it("answers or closes when chunks are more than announced, too long, or sent without credit", async () => {
  const upload = (length: number): Buffer => frame(2, verbs.store | CHUNKED, fields([4, 0], [4, 1], [8, length]));
  const attacks: Readonly<Record<string, readonly Buffer[]>> = {
    "more than announced": [upload(200_000), ...range(3).map(() => frame(2, verbs.chunk, Buffer.alloc(100_000)))],
    "too long a chunk": [upload(500_000), frame(2, verbs.chunk, Buffer.alloc(500_000))],
    "empty chunks": [upload(200_000), ...range(1_000).map(() => frame(2, verbs.chunk))],
    "a chunk for a request of another kind": [
      frame(2, verbs.fetch, fields([4, 0], [1, 0])),
      frame(2, verbs.chunk, Buffer.alloc(10)),
    ],
    "the same number for two uploads": [upload(200_000), upload(200_000), frame(2, verbs.chunk, Buffer.alloc(100_000))],
    "nothing in chunks": [upload(0)],
    "a frame with more than fits in a frame": [frame(2, verbs.store, fields([4, 0], [4, 1]), Buffer.alloc(600_000))],
  };
  for (const [name, frames] of Object.entries(attacks)) {
    using client = await FrameClient.connect(arena.port);
    await client.open("bad chunks", "x");
    for (const bytes of frames) {
      await client.raw.sendAll(bytes);
    }
    await client.answersOrEnd();
    expect(arena.server.isAlive, name).toBe(true);
  }
  const chunk = frame(2, verbs.chunk, Buffer.alloc(131_072));
  await inWaves(range(8), 8, async () => {
    using client = await FrameClient.connect(arena.port);
    await client.open("without credit", "x");
    client.raw.stopReading();
    client.raw.send(upload(10 * 1024 * MIB));
    for (let sent = 0; sent < 512 && !client.raw.ended; sent++) {
      await client.raw.sendAll(chunk);
    }
    client.raw.readAgain();
    await client.answersOrEnd();
  });
});

it("answers store several with a failure when its body does not add up, and stores nothing", async () => {
  using client = await FrameClient.connect(arena.port);
  await client.open("bad bodies", "x");
  const bodies = [
    Buffer.from("abc"),
    fields([4, 1]),
    fields([4, 1], [4, 1]),
    Buffer.concat([fields([4, 1], [4, 3]), Buffer.from("abc"), fields([4, 1], [4, 9]), Buffer.from("short")]),
    fields([4, 1], [4, 2 ** 32 - 1]),
    Buffer.concat([fields([4, 1], [4, 0]), Buffer.from("x")]),
  ];
  for (const body of bodies) {
    client.raw.send(frame(2, verbs.storeSeveral, fields([4, 0]), body));
    failure(await client.answerTo(2));
  }
  client.raw.send(frame(3, verbs.findTry, fields([4, 0], [1, 0])));
  expect((await client.answerTo(3)).verb).toBe(replies.none);
});

it("takes the largest numbers for timeouts, counts and positions", async () => {
  using client = await FrameClient.connect(arena.port);
  await client.open("largest numbers", "x");
  const largest = fields([8, 2n ** 64n - 1n]);
  const reads = [
    frame(2, verbs.fetchTry, fields([4, 0], [1, 4], [4, 0])),
    frame(3, verbs.fetchTry, fields([4, 0], [1, 4], [4, 2 ** 32 - 1])),
    frame(4, verbs.ifindTry, fields([4, 0], [1, 8]), largest, largest),
    frame(5, verbs.ifindTry, fields([4, 0], [1, 12], [4, 2 ** 32 - 1]), largest, largest),
    frame(6, verbs.findTry, fields([4, 0], [1, 255]), Buffer.alloc(40, 255)),
  ];
  for (const read of reads) {
    using one = await FrameClient.connect(arena.port);
    await one.open("largest numbers", "x");
    one.raw.send(read);
    const answers = await one.answersOrEnd();
    expect(answers === undefined || answers.length === 1, read.toString("hex")).toBe(true);
  }
  client.raw.send(frame(7, verbs.fetch, fields([4, 0], [1, 2], [4, 2 ** 32 - 1])));
  expect(await client.answersOrEnd()).toEqual([]);
  client.raw.send(frame(7, verbs.cancel));
  failure(await client.answerTo(7));
});

it("survives the same request number for many requests that wait", async () => {
  using client = await FrameClient.connect(arena.port);
  await client.open("same number", "x");
  for (let times = 0; times < 1_000; times++) {
    client.raw.send(frame(2, verbs.fetch, fields([4, 0], [1, 0])));
  }
  client.raw.send(frame(2, verbs.cancel));
  await client.answersOrEnd();
  client.raw.destroy();
});

it("answers each of two hundred thousand waiting requests or refuses it, and lets all go", async () => {
  using client = await FrameClient.connect(arena.port);
  await client.open("very many wait", "x");
  let failed = 0;
  for (let at = 0; at < 200_000; at += 5_000) {
    const waits = range(5_000).map((index) => frame(10 + at + index, verbs.fetch, fields([4, 0], [1, 0])));
    client.raw.send(Buffer.concat(waits));
    const answers = await client.answersOrEnd();
    expect(answers).toBeDefined();
    failed += answers?.filter((answer) => answer.verb === replies.failed).length ?? 0;
  }
  client.raw.send(frame(1, verbs.deleteVar, fields([4, 0])));
  for (let freed = 0; freed < 200_000 - failed;) {
    const answer = await client.answer();
    freed += answer.verb === replies.failed ? 1 : 0;
  }
});

it("holds back a client that asks for gibibytes and does not read", async () => {
  // Small answers are copied, large ones may share the value's bytes or come in chunks: all must end.
  const sizes = [1_000, 1_000, 10_000, 100_000, 1_000_000];
  const clients = await Promise.all(
    sizes.map(async (size, index) => {
      const client = await FrameClient.connect(arena.port);
      await client.open(`unread ${index}`, "x");
      client.raw.send(frame(2, verbs.store | CHUNKED, fields([4, 0], [4, 3], [8, size])));
      for (let left = size; left > 0; left -= 100_000) {
        client.raw.send(frame(2, verbs.chunk, Buffer.alloc(Math.min(left, 100_000), index)));
      }
      expect((await client.answerTo(2)).verb).toBe(replies.done);
      client.raw.stopReading();
      const find = frame(3, verbs.find, fields([4, 0], [1, 0]));
      client.raw.send(Buffer.alloc(find.length * Math.min(500_000, 4e9 / size), find));
      return client;
    }),
  );
  using clock = await FrameClient.connect(arena.port);
  for (let turn = 0; turn < 2_000; turn++) {
    expect(await clock.answersOrEnd()).toEqual([]);
  }
  await arena.checkHealth();
  for (const client of clients) {
    client.raw.destroy();
  }
});
