// Hostile bytes at the handshake and in the classic protocol. After each test: two bystanders were served all the time,
// and the server's memory is within bounds (see arena.ts).

import { expect, it } from "vitest";
import { inWaves, range, useArena } from "./hostile/arena.ts";
import { decimal, dictionary, longReply, request, session } from "./hostile/classic-bytes.ts";
import { Random } from "./hostile/random.ts";
import { RawClient } from "./hostile/raw-client.ts";

const MIB = 1_048_576;
const seed = Number(process.env["NWS_TEST_SEED"] ?? 20_240);
const arena = useArena();

const openings = [
  "",
  "1111",
  "2222",
  "X000",
  "X000R000",
  `X000R000${dictionary({ MetadataToServer: "1" }).toString()}`,
];

it(`closes after random bytes, whatever came before them (seed ${seed})`, async () => {
  const random = new Random(seed);
  await inWaves(range(300), 16, async (index) => {
    const bytes = random.bytes(random.below(4096));
    const what = `random bytes ${index}`;
    await arena.throw(Buffer.concat([Buffer.from(random.pick(openings)), bytes]), what);
  });
});

it(`closes after random digits, whatever came before them (seed ${seed})`, async () => {
  const random = new Random(seed + 1);
  await inWaves(range(300), 16, async (index) => {
    const digits = range(random.below(400)).map(() => random.pick(["0", "0", "0", "1", "2", "9"]));
    await arena.throw(random.pick(openings) + digits.join(""), `random digits ${index}`);
  });
});

it(`closes after sessions with bytes changed, missing or twice (seed ${seed})`, async () => {
  const random = new Random(seed + 2);
  await inWaves(range(400), 16, async (index) => {
    await arena.throw(random.mutilated(session(`mutilated ${index}`)), `mutilated session ${index}`);
  });
});

it("closes after a session that ends at any offset", async () => {
  const whole = session("truncated");
  await inWaves(range(whole.length), 16, async (offset) => {
    await arena.throw(whole.subarray(0, offset), `a session that ended at ${offset}`);
  });
});

it("survives a reset at any offset", async () => {
  const whole = session("reset");
  await inWaves(range(whole.length), 16, async (offset) => {
    const client = await RawClient.connect(arena.port);
    await client.sendAll(whole.subarray(0, offset));
    client.destroy();
  });
});

it("keeps no memory for announced lengths, in the verb or in the value, while the connections stay", async () => {
  const lengths = [
    "99999999999999999999",
    decimal(2n ** 63n, 20),
    decimal(2 ** 53, 20),
    decimal(2 ** 40, 20),
    decimal(2 ** 31, 20),
  ];
  const store = request("store", "absurd", "x", "1").subarray(4);
  const clients = await Promise.all(
    range(200).map(async (index) => {
      const client = await RawClient.connect(arena.port);
      const length = lengths[index % lengths.length] ?? "";
      client.send("1111");
      client.send(request("open ws", "absurd", "", "no"));
      client.send(index % 2 === 0 ? `0001${length}` : Buffer.concat([Buffer.from("0005"), store, Buffer.from(length)]));
      client.send(Buffer.alloc(10_000, "x"));
      await client.answeredOrEnded("the handshake");
      return client;
    }),
  );
  await arena.checkHealth();
  for (const client of clients) {
    client.endSending();
    await client.untilEnd("an absurd length");
    client[Symbol.dispose]();
  }
});

it("answers or closes after ten mebibytes of verb, name, mode, label, template or position", async () => {
  const long = "x".repeat(10 * MIB);
  const requests = [
    [long],
    [long, "a", "b"],
    ["open ws", long, "", "no"],
    ["open ws", "long", long, "no"],
    ["open ws", "long", "", long],
    ["use ws", long, "", "no"],
    ["delete ws", long],
    ["list wss", long],
    ["list vars", long],
    ["mktemp ws", long],
    ["mktemp ws", `${long}%d`],
    ["declare var", "long", long, "fifo"],
    ["declare var", "long", "x", long],
    ["store", "long", long, "1", "v"],
    ["store", "long", "x", long, "v"],
    ["fetchTry", "long", long],
    ["ifindTry", "long", "x", long, "0"],
    ["ifindTry", "long", "x", "", long],
    ["deadman", long],
  ];
  for (const args of requests) {
    const what = args.map((arg) => arg.slice(0, 20)).join(", ");
    using client = await RawClient.connect(arena.port);
    client.send("1111");
    client.send(request("open ws", "long", "", "no"));
    await client.read(8);
    await client.sendAll(request(...args));
    client.endSending();
    const answer = await client.untilEnd(what);
    expect(answer.toString("latin1", 0, 4), what).toMatch(/^([0-9]{4})?$/);
  }
});

it("answers a request of 9 999 arguments of four kibibytes each, and stays in step", async () => {
  using client = await RawClient.connect(arena.port);
  client.send("1111");
  await client.read(4);
  const args = Array.from({ length: 9_998 }, () => "y".repeat(4_096));
  for (const verb of ["store", "nonsense"]) {
    await client.sendAll(request(verb, ...args));
    expect((await client.read(4)).toString()).toBe("0001");
  }
  await client.sendAll(request("find", ...args));
  expect((await client.read(44)).toString()).toBe(longReply(1, 0, ""));
  client.send(request("list wss", "nobody of this name"));
  expect((await client.read(45)).toString()).toBe(longReply(0, 1, "\n"));
});

it("answers or closes after dictionaries of 9 999 pairs of 9 999 bytes", async () => {
  const pair = `9999${"n".repeat(9_999)}9999${"v".repeat(9_999)}`;
  for (const opening of ["X000R000", `X000R000${dictionary({ MetadataToServer: "1" }).toString()}`]) {
    using client = await RawClient.connect(arena.port);
    client.send(`${opening}9999`);
    for (let sent = 0; sent < 9_999 && !client.ended; sent += 99) {
      await client.sendAll(pair.repeat(99));
    }
    await client.sendAll(request("list wss", "nobody of this name"));
    client.endSending();
    await client.untilEnd("a large dictionary");
  }
});

it("answers unknown verbs and goes on", async () => {
  const random = new Random(seed + 3);
  using client = await RawClient.connect(arena.port);
  client.send("1111");
  await client.read(4);
  for (let index = 0; index < 1_000; index++) {
    const args = range(random.below(8)).map(() => random.bytes(random.below(50)));
    client.send(request(random.bytes(1 + random.below(30)), ...args));
  }
  expect((await client.read(4_000)).toString()).toBe("0001".repeat(1_000));
});

it("holds 65 536 variables, lists them sorted, and lets them go at once", async () => {
  using client = await RawClient.connect(arena.port);
  client.send("1111");
  client.send(request("open ws", "many variables", "", "no"));
  await client.read(8);
  const names = range(65_536).map((index) => `variable ${index}`);
  const read = client.read(4 * names.length);
  for (let at = 0; at < names.length; at += 1_024) {
    const part = names.slice(at, at + 1_024);
    await client.sendAll(Buffer.concat(part.map((name) => request("store", "many variables", name, "1", "v"))));
  }
  expect((await read).every((byte) => byte === 0x30)).toBe(true);
  client.send(request("list vars", "many variables"));
  const lines = [...names].sort().map((name) => `${name}\t1\t0\t0\tfifo`);
  const expected = longReply(0, 1, lines.join("\n"));
  expect((await client.read(expected.length)).toString() === expected).toBe(true);
  client.send(request("delete ws", "many variables"));
  expect((await client.read(4)).toString()).toBe("0000");
});

it("refuses names with a tab, a newline or NUL and keeps any other bytes as they are", async () => {
  using client = await RawClient.connect(arena.port);
  client.send("1111");
  client.send(request("open ws", "names", "", "no"));
  await client.read(8);
  const good: string[] = [];
  for (let code = 0; code < 256; code++) {
    const name = `n${String.fromCharCode(code)}`;
    const isBad = "\t\n\0".includes(name.slice(1));
    client.send(request("store", "names", name, "1", name));
    expect((await client.read(4)).toString(), `byte ${code}`).toBe(isBad ? "0001" : "0000");
    if (!isBad) {
      good.push(name);
    }
  }
  client.send(request("list vars", "names"));
  const expected = longReply(0, 1, good.map((name) => `${name}\t1\t0\t0\tfifo`).join("\n"));
  expect((await client.read(expected.length)).toString("latin1")).toBe(expected);
});

it("holds back a client that asks for gibibytes and does not read", async () => {
  // Small replies are copied, large ones may share the value's bytes: both must end.
  const sizes = [1_000, 1_000, 10_000, 100_000, 2_000_000];
  const clients = await Promise.all(
    sizes.map(async (size, index) => {
      const workspace = `unread ${index}`;
      const client = await RawClient.connect(arena.port);
      client.send("1111");
      client.send(request("open ws", workspace, "", "no"));
      client.send(request("store", workspace, "x", "3", Buffer.alloc(size, index)));
      await client.read(12);
      client.stopReading();
      const find = request("find", workspace, "x");
      client.send(Buffer.alloc(find.length * Math.min(200_000, 4e9 / size), find));
      return client;
    }),
  );
  using clock = await RawClient.connect(arena.port);
  clock.send("1111");
  await clock.read(4);
  for (let turn = 0; turn < 2_000; turn++) {
    clock.send(request("list wss", "nobody of this name"));
    await clock.read(45);
  }
  await arena.checkHealth();
  for (const client of clients) {
    client.destroy();
  }
});

it("gives a client that reads late all that it asked for", async () => {
  using client = await RawClient.connect(arena.port);
  client.send("1111");
  client.send(request("open ws", "late", "", "no"));
  client.send(request("store", "late", "x", "3", Buffer.alloc(20_000, "z")));
  await client.read(12);
  client.stopReading();
  const sent = client.sendAll(Buffer.concat(range(1_000).map(() => request("find", "late", "x"))));
  using clock = await RawClient.connect(arena.port);
  clock.send("1111");
  await clock.read(4);
  for (let turn = 0; turn < 100; turn++) {
    clock.send(request("list wss", "nobody of this name"));
    await clock.read(45);
  }
  client.readAgain();
  await sent;
  const expected = Buffer.from(longReply(0, 3, "z".repeat(20_000)).repeat(1_000));
  expect((await client.read(expected.length)).equals(expected)).toBe(true);
});

it("serves others while five hundred clients stop in the middle of a request", async () => {
  const whole = session("slow").subarray(0, -100);
  const random = new Random(seed + 4);
  const clients = await Promise.all(
    range(500).map(async () => {
      const client = await RawClient.connect(arena.port);
      client.send(whole.subarray(0, random.below(whole.length)));
      return client;
    }),
  );
  await arena.checkHealth();
  for (const client of clients) {
    client.destroy();
  }
});

it("serves others while a thousand clients come and go at once", async () => {
  await inWaves(range(1_000), 50, async (index) => {
    const client = await RawClient.connect(arena.port);
    if (index % 2 === 0) {
      client.send("1111");
    }
    client.destroy();
  });
});

it("lets go of five hundred clients that wait and then vanish", async () => {
  using watcher = await RawClient.connect(arena.port);
  watcher.send("1111");
  watcher.send(request("open ws", "vanish", "", "no"));
  await watcher.read(8);
  const clients: RawClient[] = [];
  await inWaves(range(500), 20, async () => {
    const client = await RawClient.connect(arena.port);
    client.send(
      Buffer.concat([Buffer.from("1111"), request("use ws", "vanish", "", "no"), request("fetch", "vanish", "x")]),
    );
    await client.read(8);
    clients.push(client);
  });
  const until = async (listing: string): Promise<void> => {
    for (;;) {
      watcher.send(request("list vars", "vanish"));
      const length = Number((await watcher.read(44)).toString().slice(24));
      if ((await watcher.read(length)).toString() === listing) {
        return;
      }
    }
  };
  await until("x\t0\t500\t0\tunknown");
  for (const client of clients) {
    client.destroy();
  }
  await until("x\t0\t0\t0\tunknown");
});

it("leaves no file behind after large values that were cut off", async () => {
  const files = await arena.server.files();
  const head = request("store", "cut", "x", "1", "").subarray(0, -20);
  await inWaves(range(20), 5, async (index) => {
    const bytes = Buffer.concat([
      Buffer.from("1111"),
      request("open ws", "cut", "", "no"),
      head,
      Buffer.from(decimal(64 * MIB, 20)),
      Buffer.alloc(17 * MIB),
    ]);
    const client = await RawClient.connect(arena.port);
    await client.sendAll(bytes);
    if (index % 2 === 0) {
      client.destroy();
    } else {
      client.endSending();
      await client.untilEnd("a large value that was cut off");
      client[Symbol.dispose]();
    }
  });
  await expect.poll(async () => await arena.server.files(), { timeout: 10_000 }).toEqual(files);
});
