import { expect, test } from "vitest";
import { SealError, Sealer } from "../../src/sleigh/seal.ts";

const key = Sealer.newKey();
const master = new Sealer(key, "ride");
const message = { kind: "stop", list: [1, "two", new Float64Array([3])] };

function refusal(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(SealError);
    return (error as SealError).reason;
  }
  return "accepted";
}

test("a sealed message is opened by who has the key", () => {
  expect(new Sealer(key, "ride").open("mail", master.seal("mail", message))).toEqual(message);
});

test("another key, sleigh or variable does not open it", () => {
  const sealed = master.seal("mail", message);
  expect(refusal(() => new Sealer(Sealer.newKey(), "ride").open("mail", sealed))).toBe("forged");
  expect(refusal(() => new Sealer(key, "other").open("mail", sealed))).toBe("forged");
  expect(refusal(() => new Sealer(key, "ride").open("tasks", sealed))).toBe("forged");
});

test("no byte of it can be changed", () => {
  const sealed = master.seal("mail", message);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at]! ^= 1;
    expect(
      refusal(() => new Sealer(key, "ride").open("mail", changed)),
      `byte ${at}`,
    ).toBe("forged");
  }
  for (let length = 0; length < sealed.length; length++) {
    expect(refusal(() => new Sealer(key, "ride").open("mail", sealed.slice(0, length)))).toBe("forged");
  }
  expect(refusal(() => new Sealer(key, "ride").open("mail", "text"))).toBe("forged");
});

test("what was opened once is refused, but where it may come again", () => {
  const worker = new Sealer(key, "ride");
  const [first, second] = [master.seal("tasks", message), master.seal("tasks", message)];
  worker.open("tasks", second);
  worker.open("tasks", first);
  expect(refusal(() => worker.open("tasks", first))).toBe("replayed");
  expect(worker.open("tasks", second, { again: true })).toEqual(message);
});

test("what is far older than the newest counts as seen", () => {
  const [sender, receiver] = [new Sealer(key, "ride"), new Sealer(key, "ride")];
  const old = sender.seal("tasks", {});
  for (let i = 0; i < 65_536; i++) {
    sender.seal("other", {});
  }
  receiver.open("tasks", sender.seal("tasks", {}));
  expect(refusal(() => receiver.open("tasks", old))).toBe("replayed");
});

test("a key must have 32 bytes", () => {
  expect(() => new Sealer(new Uint8Array(16), "ride")).toThrow(/32 bytes/);
});
