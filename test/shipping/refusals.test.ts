import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Workshop, type Outcome } from "./support.ts";

const workshop = new Workshop();
beforeAll(() => workshop.build());
afterAll(() => {
  workshop.remove();
});

const lines = readFileSync(new URL("fixtures/refusals/cases.ts", import.meta.url), "utf8").split("\n");

/** The number of the fixture's line that has `text`: that of a case, as a rule. */
function line(text: string): number {
  return lines.findIndex((each) => each.includes(text)) + 1;
}

const open = "open it on the worker with eachWorker";
const arrow = (what: string) =>
  `an arrow function cannot take along ${what} of the function around it; put what it needs into a variable`;
const native = (name: string) =>
  `the native function ${name} cannot be sent: it has no source; call it by its global name inside a function`;

const messages: Readonly<Record<string, string>> = {
  "a socket in a closure": `cases.ts:${line("function findPrimes")} findPrimes → captured "db" → property "connection": a Socket cannot be sent; ${open}`,
  "a socket that a helper of another file uses": `cases.ts:${line('query("x")')} → captured "query" (db.ts:5) → captured "db" → property "connection": a Socket cannot be sent; ${open}`,
  "a promise deep in data": `cases.ts:${line("deep in data")} → captured "settings" → property "list" → element 0 → property "open": a Promise cannot be sent; await it first`,
  "an emitter in a map": `cases.ts:${line("emitter in a map")} → captured "table" → entry "a" → property "handler": an EventEmitter cannot be sent; ${open}`,
  "a native function": `max: ${native("max")}`,
  "a captured native function": `cases.ts:${line("max(1, 2)")} → captured "max": ${native("max")}`,
  "a bound native function": `bound push → bound function: ${native("push")}`,
  "the this of an arrow function": `cases.ts:${line("=> this;")}: ${arrow('"this"')}`,
  "the arguments of an arrow function": `cases.ts:${line("=> arguments.length")}: ${arrow("arguments")}`,
  "the new.target of an arrow function": `cases.ts:${line("=> new.target;")}: ${arrow("new.target")}`,
  "an arrow function in a field": `cases.ts:${line("read = ")} read: ${arrow('"this"')}`,
  "an instance with an arrow function in a field": `value → element 0 → property "read" (cases.ts:${line("read = ")}): ${arrow('"this"')}`,
  "a method without its class": `cases.ts:${line("return super.value();") - 1} value: a method that uses super cannot be sent without its class; send an instance, or a function that calls it`,
  "a method with its class": "it was captured",
  "a weak map": `cases.ts:${line("() => cache")} → captured "cache": a WeakMap cannot be sent: nothing can list what it holds; use a Map, a Set or the object itself`,
  "a running generator": `cases.ts:${line("generator.next()")} → captured "generator": a generator that runs cannot be sent; send the function that makes it, or a list of its values`,
  "a proxy": `cases.ts:${line("() => proxy")} → captured "proxy": a Proxy cannot be sent; send what it stands for`,
  "shared memory": `cases.ts:${line("() => shared)")} → captured "shared": a SharedArrayBuffer cannot be sent: other processes cannot share it; send a copy`,
  "what is no function": "string is not a function",
  "a socket in an argument": `value → element 1 → property "s": a Socket cannot be sent; ${open}`,
  "an object that hides what it holds":
    "value → element 0: a NumberFormat cannot be sent: it does not show what it holds; send its contents",
};

const warnings: Readonly<Record<string, readonly string[]>> = {
  "large data": [`cases.ts:${line("large.length")} → captured "large" is sent to every worker: 2.3 MiB`],
  "large data in a closure": [`cases.ts:${line("mine.length")} → captured "mine" is sent to every worker: 1.9 MiB`],
};

// Both compile to one long line: the places come from the source map.
describe.each(["tsx", "tsx commonjs"] as const)(
  "before anything is sent from %s, an error tells the way to",
  (variant) => {
    let outcome: Outcome = {};
    beforeAll(async () => {
      outcome = await workshop.run("refusals", variant);
    });

    test("all cases are looked at", () => {
      expect(Object.keys(outcome)).toEqual([...Object.keys(messages), ...Object.keys(warnings)]);
    });

    test.each(Object.keys(messages))("%s", (name) => {
      // Compilers put an object and a getter between files.
      const between = 'captured "import_db" → property "query" (db.ts:1) → ';
      expect(String(outcome[name]?.value).replace(between, "")).toBe(messages[name]);
    });

    test.each(Object.keys(warnings))("and a warning to %s", (name) => {
      expect(outcome[name]).toEqual({ value: warnings[name] });
    });
  },
);
