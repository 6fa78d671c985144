import { describe, expect, test } from "vitest";
import { World } from "./support.ts";

describe("list vars", () => {
  test("is empty text where there are no variables", () => {
    const { ann } = new World().clients("ann");
    expect(ann.listVars().text).toBe("");
  });

  test("has a line for each variable, by name: values, fetchers, finders, mode; no final newline", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("pear", "1", "2");
    bob.fetch("pear");
    ann.declare("apple", "multi");
    ann.fetch("apple");
    bob.fetch("apple");
    bob.find("apple");
    ann.find("Zoo");
    expect(ann.listVars().text).toBe("Zoo\t0\t0\t1\tunknown\napple\t0\t2\t1\tmulti\npear\t1\t0\t0\tfifo");
  });

  test("extended, tells the booked values and the bytes held, in memory and in files", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "four", "six666");
    bob.fetch("x");
    ann.storeFile("x", { length: 1000 });
    const overhead = 3 * 10;
    expect(ann.listVars("w", true).text).toBe(`x\t2\t0\t0\tfifo\t1\t${4 + 6 + 1000 + overhead}`);
  });
});

describe("list wss", () => {
  test("has a line for each workspace, by name, and marks what the asker owns", () => {
    const world = new World();
    const [ann, bob] = [world.client("10.0.0.1:5"), world.client("10.0.0.2:6")];
    ann.open("zoo", { label: "ann's", persistent: true });
    bob.open("ark", { label: "" });
    bob.open("mid", { own: false });
    ann.storeIn("zoo", "y", "1");
    ann.storeIn("zoo", "x", "1");
    const rest = "\t10.0.0.1:5 (ann's)\tTrue\t2\tx,y\n";
    expect(ann.listWss().text).toBe(
      ` __default\t[system]\tTrue\t0\t\n ark\t10.0.0.2:6 ()\tFalse\t0\t\n mid\t\tFalse\t0\t\n>zoo${rest}`,
    );
    expect(bob.listWss().text).toContain(`\n zoo${rest}`);
  });

  test("with a name has that workspace alone, or a newline when there is none", () => {
    const { ann } = new World().clients("ann");
    expect(ann.listWss("w").text).toBe(" w\t\tFalse\t0\t\n");
    expect(ann.listWss("v").text).toBe("\n");
  });

  test("shows __default as the system's even to one that opened it", () => {
    const ann = new World().client("ann");
    ann.open("__default", { persistent: false });
    expect(ann.listWss().text).toBe(" __default\t[system]\tTrue\t0\t\n");
  });
});
