import { expect, test } from "vitest";
import { formatSecret, parseSecret } from "../../src/sleigh/launchers/worker-secret.ts";
import {
  settingsFromArguments,
  settingsFromEnvironment,
  workerArguments,
  workerEnvironment,
  type WorkerSettings,
} from "../../src/sleigh/launchers/worker-settings.ts";
import { hostileWords, key } from "./support.ts";

const few: WorkerSettings = { sleigh: "s", host: "h", port: 0 };
const all: WorkerSettings = {
  ...few,
  rank: 3,
  token: "t",
  keyFile: "/k",
  modulePath: hostileWords,
  workingDir: "/w\n=/x",
  logDir: "/l",
  verbose: true,
  redirectOutput: false,
};

test("what a worker is told by arguments is read back as it was", () => {
  expect(settingsFromArguments(workerArguments(few))).toEqual(few);
  expect(settingsFromArguments(workerArguments(all))).toEqual(all);
  expect(settingsFromArguments([])).toEqual({});
});

test.each(["worker", "--sleigh", "--verbose=1", "--sleight=s", "--port=eighty", "--rank=-1", "--=x", ""])(
  "%j is no argument of a worker",
  (arg) => {
    expect(() => settingsFromArguments([arg])).toThrow(/no argument|whole number/);
  },
);

test("what a worker is told by environment variables is read back as it was", () => {
  expect(settingsFromEnvironment(workerEnvironment(few))).toEqual(few);
  expect(settingsFromEnvironment(workerEnvironment(all))).toEqual(all);
  expect(settingsFromEnvironment({ NWS_WORKER_HOST: "", PATH: "/bin" })).toEqual({});
});

test.each([
  [{ NWS_WORKER_PORT: "eighty" }],
  [{ NWS_WORKER_RANK: "-1" }],
  [{ NWS_WORKER_MODULE_PATH: "{}" }],
  [{ NWS_WORKER_MODULE_PATH: "/m" }],
])("%o is refused", (env) => {
  expect(() => settingsFromEnvironment(env)).toThrow(/NWS_WORKER_|JSON/);
});

test("the secret is read back as it was, with blanks around it", () => {
  expect(parseSecret(formatSecret({ key }))).toEqual({ key });
  expect(parseSecret(`  ${formatSecret({ key, port: 4711 })}\r\n`)).toEqual({ key, port: 4711 });
});

test.each(["", "null", "{}", '{"key":"short"}', '{"key":5}', "x".repeat(600_000), "not JSON but secret"])(
  "%j is no secret, and is not repeated",
  (line) => {
    expect(() => parseSecret(line)).toThrow(/this is not the key of a sleigh/);
    expect(() => parseSecret(line)).not.toThrow(/secret/);
  },
);

test.each([0, -1, 1.5, 65_536, "80"])("a secret with port %j is refused", (port) => {
  const { key: text } = JSON.parse(formatSecret({ key })) as { key: string };
  expect(() => parseSecret(JSON.stringify({ key: text, port }))).toThrow(SyntaxError);
});

const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

test("how to encrypt is read back as it was told", () => {
  const tls = { ca: PEM, cert: PEM, key: PEM, servername: "hippo", rejectUnauthorized: false };
  expect(parseSecret(formatSecret({ key, tls }))).toEqual({ key, tls });
  expect(parseSecret(formatSecret({ key, port: 1, tls: {} }))).toEqual({ key, port: 1, tls: {} });
});

test.each([
  true,
  "ca.pem",
  null,
  [1],
  { ca: "/etc/ca.pem" },
  { ca: 5 },
  { servername: "" },
  { rejectUnauthorized: 0 },
  { more: PEM },
])("a secret with tls %j is refused", (tls) => {
  const { key: text } = JSON.parse(formatSecret({ key })) as { key: string };
  expect(() => parseSecret(JSON.stringify({ key: text, tls }))).toThrow(SyntaxError);
});

test("certificates that nobody would read are refused when they are written", () => {
  expect(() => formatSecret({ key, tls: { ca: PEM.repeat(20_000) } })).toThrow(
    /longer than 524288 characters: .*tls\.ca/,
  );
});

test("a key of another length is refused", () => {
  expect(() => formatSecret({ key: new Uint8Array(16) })).toThrow(/32 bytes/);
});
