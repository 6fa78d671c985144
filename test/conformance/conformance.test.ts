// The classic protocol as a client sees it that was written from its page alone: the Python suite, each of whose tests
// is reported here.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type RunningServer } from "../../src/host/index.ts";
import { Certificates } from "../server/certificates.ts";
import { PythonSuite, hasPython, listTests } from "./python-suite.ts";

const python = hasPython();
const suiteTimeoutMs = 300_000; // for one test; the whole takes a minute or so

if (!python) {
  const reason = "NOT RUN: the conformance suite of the classic protocol, because there is no python3 here";
  process.stderr.write(`${reason}\n`);
  it.skip(reason, () => undefined);
}

/** `Class.test_some_words` as a sentence. */
function sentence(name: string): string {
  return (name.split(".")[1] ?? name).replace(/^test_/, "").replaceAll("_", " ");
}

function byClass(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const classes = new Map<string, string[]>();
  for (const name of names) {
    const group = name.split(".")[0] ?? "";
    classes.set(group, [...(classes.get(group) ?? []), name]);
  }
  return classes;
}

describe.runIf(python)("the classic protocol, by a Python client", () => {
  let directory: string;
  let server: RunningServer;
  let suite: PythonSuite;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "nws-conformance-"));
    server = await startServer({ port: 0, tmpDir: directory });
    suite = new PythonSuite(server.port);
  });

  afterAll(async () => {
    await suite.stop();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  for (const [group, names] of byClass(python ? listTests() : [])) {
    describe(group, () => {
      for (const name of names) {
        it(sentence(name), { timeout: suiteTimeoutMs }, async (context) => {
          const { outcome, message } = await suite.outcome(name);
          context.skip(outcome === "skipped", message);
          expect(outcome, message).toBe("passed");
        });
      }
    });
  }
});

describe.runIf(python)("a server with a certificate, by a Python client", () => {
  let server: RunningServer;
  let suite: PythonSuite;
  let files: Certificates;

  beforeAll(async () => {
    files = await Certificates.make();
    server = await startServer({ port: 0, tls: await files.server() });
    suite = new PythonSuite(server.port, ["--ca", files.ca]);
  });

  afterAll(async () => {
    await suite.stop();
    await server.stop();
    files[Symbol.dispose]();
  });

  for (const name of python ? listTests(["--ca", "any"]) : []) {
    it(sentence(name), { timeout: suiteTimeoutMs }, async () => {
      const { outcome, message } = await suite.outcome(name);
      expect(outcome, message).toBe("passed");
    });
  }
});

describe.runIf(python)("a server that its clients may stop", () => {
  for (const name of python ? listTests(["--may-kill"]) : []) {
    it(sentence(name), { timeout: suiteTimeoutMs }, async () => {
      const directory = await mkdtemp(join(tmpdir(), "nws-conformance-"));
      const server = await startServer({ port: 0, tmpDir: directory, allowKillOnClose: true });
      const suite = new PythonSuite(server.port, ["--may-kill", name]);
      try {
        const { outcome, message } = await suite.outcome(name);
        expect(outcome, message).toBe("passed");
        await server.stopped;
      } finally {
        await suite.stop();
        await server.stop();
        await rm(directory, { recursive: true, force: true });
      }
    });
  }
});
