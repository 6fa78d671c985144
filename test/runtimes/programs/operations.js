// What programs do with the client, one after the other. Each prints [what, outcome] as a line of JSON.
import { readFile, writeFile } from "node:fs/promises";
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("runtimes");

const operations = {
  async "store and fetch"() {
    await ws.store("x", {
      list: [1, "two"],
      date: new Date(0),
      bytes: Uint8Array.of(7),
      numbers: Float64Array.of(0.5),
    });
    const { list, date, bytes, numbers } = await ws.fetch("x");
    return [list, date.getTime(), [...bytes], numbers.constructor.name, await ws.fetchTry("x")];
  },
  async find() {
    await ws.store("x", 1);
    return [await ws.find("x"), await ws.findTry("x"), await ws.fetch("x")];
  },
  async "wait for a value"() {
    const waiting = ws.fetch("later");
    await ws.store("later", "now");
    return waiting;
  },
  async iterators() {
    await ws.storeAll("list", [1, 2, 3]);
    const seen = [];
    for await (const value of ws.ifindTry("list")) {
      seen.push(value);
    }
    for await (const value of ws.ifetchTry("list")) {
      seen.push(value);
    }
    return seen;
  },
  async cancel() {
    const aborted = await ws.fetch("never", { signal: AbortSignal.timeout(20) }).catch((error) => error.name);
    return [aborted, await ws.fetch("never", { timeout: 20 }).catch((error) => error.name)];
  },
  async leases() {
    await ws.store("job", 1);
    const first = await ws.fetch("job", { lease: 60_000 });
    await first.release();
    const second = await ws.fetch("job", { lease: true });
    await second.complete("done", second.value + 1);
    return [await ws.fetch("done"), await ws.fetchTry("job")];
  },
  async "large values"() {
    const large = new Uint8Array(40_000_000);
    large[39_999_999] = 7;
    await ws.store("large", large);
    const back = await ws.fetch("large");
    return [back.length, back.at(-1)];
  },
  async files() {
    await writeFile("in.bin", new Uint8Array(3_000_000).fill(5));
    await ws.storeFile("file", "in.bin");
    await ws.fetchFile("file", "out.bin");
    const back = await readFile("out.bin");
    return [back.length, back.at(-1)];
  },
};

for (const [name, operation] of Object.entries(operations)) {
  console.log(JSON.stringify([name, await operation()]));
}
// No close: a program ends by itself when nothing is pending.
