import { describe, expect, it } from "vitest";
import { Pipe } from "../../src/server/pipe.ts";
import { until } from "./harness.ts";

const MANY_BYTES = 1_000_000;

/** A pipe whose turns come when the test says so. */
function pipeOf({ copiesAll = false, read }: { copiesAll?: boolean; read?: (bytes: Uint8Array) => void } = {}) {
  const got: number[] = [];
  const turns: (() => void)[] = [];
  let ends = 0;
  const pipe = new Pipe(
    {
      received: (bytes) => {
        got.push(...(bytes.length > 10 ? [bytes.length] : bytes));
        read?.(bytes);
      },
      ended: () => {
        ends++;
      },
    },
    { soon: (callback) => turns.push(callback), copiesAll },
  );
  const turn = (): void => turns.splice(0).forEach((callback) => callback());
  return { pipe, got, turns, turn, ends: () => ends };
}

describe("a pipe", () => {
  it("gives nothing during a write, and then all in order in one turn, and the end last", () => {
    const { pipe, got, turns, turn, ends } = pipeOf();
    pipe.write(Uint8Array.of(1));
    pipe.write(Uint8Array.of(2, 3));
    pipe.write(new Uint8Array(0));
    pipe.end();
    pipe.write(Uint8Array.of(4));
    expect(pipe.isOpen).toBe(false);
    expect([got, turns.length]).toEqual([[], 1]);
    turn();
    expect([got, turns.length, ends()]).toEqual([[1, 2, 3], 0, 1]);
  });

  it("takes a little at once, so that the writer may use its bytes again", () => {
    const { pipe, got, turn } = pipeOf();
    const bytes = Uint8Array.of(1, 2);
    pipe.write(bytes);
    expect(pipe.unsentBytes).toBe(0);
    bytes.fill(9);
    turn();
    expect(got).toEqual([1, 2]);
  });

  it("counts much as unsent, as it does all behind it, and tells when each was taken", () => {
    const taken: number[] = [];
    const { pipe, got, turn } = pipeOf();
    pipe.write(new Uint8Array(MANY_BYTES), () => taken.push(pipe.unsentBytes));
    pipe.write(Uint8Array.of(1, 2), () => taken.push(pipe.unsentBytes));
    expect(pipe.unsentBytes).toBe(MANY_BYTES + 2);
    turn();
    expect([got, taken]).toEqual([
      [MANY_BYTES, 1, 2],
      [2, 0],
    ]);
  });

  it.each([true, false])("has a copy of much only if it is to copy all (%s)", (copiesAll) => {
    let seen: Uint8Array | undefined;
    const { pipe, turn } = pipeOf({ copiesAll, read: (bytes) => (seen = bytes) });
    const bytes = new Uint8Array(MANY_BYTES);
    pipe.write(bytes);
    turn();
    expect(seen === bytes).toBe(!copiesAll);
  });

  it("gives nothing while its reader pauses, who may do so in the middle", () => {
    const { pipe, got, turns, turn, ends } = pipeOf({ read: ([first]) => pipe.pause(first === 1) });
    pipe.write(Uint8Array.of(1));
    pipe.write(Uint8Array.of(2));
    pipe.end();
    turn();
    expect([got, turns.length, ends()]).toEqual([[1], 0, 0]);
    pipe.pause(false);
    expect(got).toEqual([1]);
    turn();
    expect([got, ends()]).toEqual([[1, 2], 1]);
  });

  it("leaves what is written to it while its reader reads for the next turn of the event loop", async () => {
    const { pipe, got, turn } = pipeOf({ read: ([first]) => first! < 3 && pipe.write(Uint8Array.of(first! + 1)) });
    pipe.write(Uint8Array.of(1));
    turn();
    expect(got).toEqual([1]);
    await until(() => got.length === 3, "the others came");
    expect(got).toEqual([1, 2, 3]);
  });

  it("goes on after a reader that throws", async () => {
    const { pipe, got, turn, ends } = pipeOf({
      read: ([first]) => {
        if (first === 1) {
          throw new Error("cannot read this");
        }
      },
    });
    const taken: string[] = [];
    pipe.write(Uint8Array.of(1), () => taken.push("first"));
    pipe.write(Uint8Array.of(2), () => taken.push("second"));
    pipe.end();
    expect(turn).toThrow("cannot read this");
    await until(() => ends() === 1, "it ended");
    expect([got, taken]).toEqual([
      [1, 2],
      ["first", "second"],
    ]);
  });

  it("forgets what is under way when it is destroyed, even by its reader", () => {
    const { pipe, got, turns, turn, ends } = pipeOf({ read: () => pipe.destroy() });
    pipe.write(Uint8Array.of(1));
    pipe.write(new Uint8Array(MANY_BYTES));
    pipe.end();
    turn();
    expect([got, ends(), pipe.unsentBytes, turns.length]).toEqual([[1], 0, 0, 0]);
  });
});
