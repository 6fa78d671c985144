import { describe, expect, it } from "vitest";
import { createToken, entryOf } from "../../src/server/access/access-file.ts";
import { AccessList } from "../../src/server/access/access-list.ts";
import { LoginRefused } from "../../src/server/access/login.ts";
import { Throttle } from "../../src/server/access/throttle.ts";
import { TokenCheck, TooManyAttempts } from "../../src/server/access/token-check.ts";

/** A check in a time that the test makes. */
class Fixture {
  now = 0;
  readonly list = new AccessList();
  readonly check = new TokenCheck(this.list, () => this.now);

  async token(name: string): Promise<string> {
    const { token, record } = await createToken({ name, role: "use" });
    this.list.replace([entryOf(record)]);
    return token;
  }
}

/** Another secret for the same id. */
function wrong(token: string, i: number): string {
  return `${token.slice(0, 17)}${String(i).padStart(43, "x")}`;
}

describe("a whole token", () => {
  it("is known again, and is not where nobody has it, or when it was taken back", async () => {
    const [fixture, other] = [new Fixture(), new Fixture()];
    const token = await fixture.token("ann");
    expect(await fixture.check.principalOf(token, "a")).toMatchObject({ name: "ann" });
    await expect(other.check.principalOf(token, "a")).rejects.toThrow(LoginRefused);
    fixture.list.replace([]);
    await expect(fixture.check.principalOf(token, "a")).rejects.toThrow(LoginRefused);
  });

  it("that becomes known is good at once, though it was wrong just now", async () => {
    const { list, check } = new Fixture();
    const { token, record } = await createToken({ name: "ann", role: "use" });
    await expect(check.principalOf(token, "a")).rejects.toThrow(LoginRefused);
    list.replace([entryOf(record)]);
    expect(await check.principalOf(token, "a")).toMatchObject({ name: "ann" });
  });

  it("is not compared again and again: a good one is known for a while, and whoever sends the same wrong one is no nuisance", async () => {
    const fixture = new Fixture();
    const token = await fixture.token("ann");
    const all = await Promise.all(Array.from({ length: 1000 }, () => fixture.check.principalOf(token, "a")));
    expect(new Set(all).size).toBe(1);
    for (let i = 0; i < 1000; i++) {
      await expect(fixture.check.principalOf(wrong(token, 1), "a")).rejects.toThrow(LoginRefused);
    }
  });

  it("is looked at no more from where too many were wrong, for a while", async () => {
    const fixture = new Fixture();
    const token = await fixture.token("ann");
    for (let i = 0; i < 20; i++) {
      await expect(fixture.check.principalOf(wrong(token, i), "a")).rejects.toThrow(LoginRefused);
    }
    await expect(fixture.check.principalOf(token, "a")).rejects.toThrow(TooManyAttempts);
    expect(await fixture.check.principalOf(token, "b")).toMatchObject({ name: "ann" });
    // It is known now.
    expect(await fixture.check.principalOf(token, "a")).toMatchObject({ name: "ann" });
    fixture.now = 60_000;
    for (let i = 20; i < 40; i++) {
      await expect(fixture.check.principalOf(wrong(token, i), "a")).rejects.toThrow(LoginRefused);
    }
    await expect(fixture.check.principalOf(wrong(token, 40), "a")).rejects.toThrow(TooManyAttempts);
  });
});

describe("a throttle", () => {
  it("bounds failures from all addresses together, and counts no success", () => {
    const throttle = new Throttle({ perAddress: 5, overall: 20, now: () => 0 });
    for (let i = 0; i < 100; i++) {
      throttle.begin("a")?.();
    }
    let begun = 0;
    for (let i = 0; i < 5000; i++) {
      begun += Number(throttle.begin(`address ${i}`) !== undefined);
    }
    expect(begun).toBe(20);
  });
});
