import { describe, expect, test } from "vitest";
import { World } from "./support.ts";

/** The name that the template makes out of the counter's value 42. */
function made(template: string): string {
  const ann = new World({ runId: "" }).client("ann");
  for (let i = 0; i < 42; i++) {
    ann.mktemp("skipped%d");
  }
  const { outcome, text } = ann.mktemp(template);
  return outcome === "text" ? text : outcome;
}

describe("mktemp", () => {
  test("makes names that are new, and end with the run's id", () => {
    const ann = new World({ runId: ".7f" }).client("ann");
    expect([ann.mktemp().text, ann.mktemp().text, ann.mktemp("t%d").text]).toEqual([
      "__ws__0.7f",
      "__ws__1.7f",
      "t2.7f",
    ]);
  });

  test("passes over a name that is taken", () => {
    const ann = new World({ runId: "" }).client("ann");
    ann.open("t0");
    expect(ann.mktemp("t%d").text).toBe("t1");
  });

  test("makes a workspace that nobody owns and that the session may use at once", () => {
    const world = new World();
    const [ann, bob] = [world.client("ann"), world.client("bob")];
    const name = ann.mktemp("t%d").text;
    expect(ann.storeIn(name, "x", "1").outcome).toBe("done");
    expect(bob.listWss(name).text).toBe(` ${name}\t\tFalse\t1\tx\n`);
    bob.open(name);
    bob.end();
    expect(ann.listWss(name).text).toBe("\n");
  });

  test.each([
    ["a%db", "a42b"],
    ["%i", "42"],
    ["%u", "42"],
    ["%04d", "0042"],
    ["%010d", "0000000042"],
    ["%5d|", "   42|"],
    ["%-5d|", "42   |"],
    ["%+d", "+42"],
    ["% d", " 42"],
    ["%+05d", "+0042"],
    ["%x", "2a"],
    ["%#d", "bad_template"],
    ["%04X", "002A"],
    ["%o", "52"],
    ["%.4d", "0042"],
    ["%6.4d", "  0042"],
    ["100%%_%d", "100%_42"],
    ["$&%d$1", "$&42$1"],
  ])("formats %j as C does: %j", (template, name) => {
    expect(made(template)).toBe(name);
  });

  test.each([
    "",
    "plain",
    "%d%d",
    "%s",
    "%f",
    "%ld",
    "%",
    "%d%",
    "%%d",
    "%*d",
    "%1000d",
    "%.1000d",
    "%999d",
    "tab\t%d",
    "nul\0%d",
    "%n%d",
  ])("refuses %j", (template) => {
    const world = new World();
    expect(world.client("ann").mktemp(template).outcome).toBe("bad_template");
    expect(world.space.stats.workspaces).toBe(1);
  });
});
