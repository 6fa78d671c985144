import { describe, expect, it } from "vitest";
import { Principal } from "../../src/server/access/principal.ts";
import { cookieIn } from "../../src/web/visitors/cookies.ts";
import { WebSessions } from "../../src/web/visitors/web-sessions.ts";

const HOUR_MS = 3_600_000;

/** Sessions in a time that the test makes. */
class Fixture {
  now = 0;
  readonly gone = new Set<Principal>();
  readonly sessions = new WebSessions(
    (principal) => !this.gone.has(principal),
    () => this.now,
  );
}

function somebody(id = "1"): Principal {
  return new Principal({ id, name: "ann", role: "use", workspaces: ["*"] });
}

describe("sessions of browsers", () => {
  it("end when nobody has used them for two hours, and after twelve in any case", () => {
    const fixture = new Fixture();
    const { sessions } = fixture;
    const [idle, busy] = [sessions.begin(somebody(), 0)!, sessions.begin(somebody(), 0)!];
    for (let hour = 1; hour < 12; hour++) {
      fixture.now = hour * HOUR_MS;
      expect(sessions.find(busy), `${hour} h`).toBeDefined();
    }
    expect(sessions.find(idle)).toBeUndefined();
    fixture.now = 12 * HOUR_MS;
    expect(sessions.find(busy)).toBeUndefined();
    expect(sessions.size).toBe(0);
  });

  it("are in use while a page of them is open, which is closed at the end", () => {
    const fixture = new Fixture();
    const { sessions } = fixture;
    const id = sessions.begin(somebody(), 0)!;
    let closed = 0;
    sessions.find(id)!.open(() => closed++);
    const closedBefore = sessions.find(id)!.open(() => expect.fail("this page is closed"));
    closedBefore();
    fixture.now = 11 * HOUR_MS;
    expect(sessions.find(id)).toBeDefined();
    const session = sessions.find(id)!;
    fixture.now = 12 * HOUR_MS;
    expect(sessions.find(id)).toBeUndefined();
    expect(closed).toBe(1);
    session.open(() => closed++);
    expect(closed).toBe(2);
  });

  it("end with what let somebody in", () => {
    const { sessions, gone } = new Fixture();
    const [ann, bob] = [somebody("1"), somebody("2")];
    const [first, second] = [sessions.begin(ann, 0)!, sessions.begin(bob, 0)!];
    gone.add(ann);
    expect(sessions.find(first)).toBeUndefined();
    expect(sessions.find(second)?.principal).toBe(bob);
    gone.delete(ann);
    expect(sessions.find(first)).toBeUndefined();
  });

  it("are not too many: of one somebody the one not used for longest ends, and there is an end to all", () => {
    const { sessions } = new Fixture();
    const ids = Array.from({ length: 50 }, () => sessions.begin(somebody(), 0)!);
    sessions.find(ids[0]!);
    sessions.begin(somebody(), 0);
    expect(sessions.size).toBe(50);
    expect(sessions.find(ids[0]!)).toBeDefined();
    expect(sessions.find(ids[1]!)).toBeUndefined();
    let more = 0;
    while (sessions.begin(somebody(`of ${more}`), 0) !== undefined) {
      more++;
    }
    expect(sessions.size).toBe(2000);
    expect(sessions.find(ids[0]!)).toBeDefined();
    sessions.close();
    expect(sessions.size).toBe(0);
  });
});

describe("a cookie", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["a=1", "1"],
    ["b=2; a=1", "1"],
    ["a=1;a=2", "1"],
    ["aa=1; xa=3; a==; c", "="],
    ["A=1; a", undefined],
    ["b=a=1", undefined],
  ])("in %j is %j", (header, value) => {
    expect(cookieIn(header, "a")).toBe(value);
  });
});
