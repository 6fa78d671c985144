import { type Command, CommanderError } from "commander";
import { createProgram } from "../../../src/cli/program.ts";
import { readEnvironment } from "../../../src/host/environment.ts";
import type { Random } from "../../log/simulation.ts";
import { joinPieces, splitPieces } from "../engine/pieces.ts";
import type { Target } from "../engine/target.ts";

const commands = quietCommands();
const options = commands
  .flatMap((command) => command.options.flatMap(({ long, short }) => [long, short]))
  .filter((flag) => flag !== undefined);
const values = [
  "0",
  "1",
  "65535",
  "65536",
  "8765",
  "-1",
  "1.5",
  "64k",
  "1.5GiB",
  "9007199254740993",
  "1e9",
  "",
  " ",
  "x",
  "0x10",
  "fsync",
  "none",
  "١",
];
const ENVIRONMENT = ["NWS_SERVER_PORT", "NWS_WEB_PORT", "NWS_TMP_DIR", "NWS_LONG_VALUE_SIZE"] as const;

/**
 * Command lines and environments: each piece is a word, the first says which command. They are understood (numbers in range) or refused with a
 * sentence; nothing is run.
 */
export const target: Target = {
  seeds: () => commands.map((_, at) => joinPieces([Uint8Array.of(at), ...["--port", "1", "--host=x"].map(bytesOf)])),
  start: () => ({ attempt }),
  freshPiece: (random) => bytesOf(freshWord(random)),
  maxBytes: 256,
};

function attempt(input: Uint8Array): void {
  const [which = Uint8Array.of(0), ...pieces] = splitPieces(input);
  const words = pieces.map((piece) => Buffer.from(piece).toString("utf8"));
  const command = commands[(which[0] ?? 0) % commands.length]!;
  try {
    command.parseOptions(words);
  } catch (error) {
    if (!(error instanceof CommanderError) || error.message === "") {
      throw error;
    }
  }
  checkNumbers(command.opts());
  tryEnvironment(words);
}

function tryEnvironment(words: readonly string[]): void {
  const variables = Object.fromEntries(ENVIRONMENT.map((name, at) => [name, words[at]]));
  try {
    const { port, webPort, longValueBytes } = readEnvironment(variables);
    checkNumbers({ port, webPort, longValueBytes });
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("the environment variable NWS_")) {
      throw error;
    }
  }
}

function checkNumbers(options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    const isBad =
      typeof value === "number" &&
      (!(value >= 0) || (!Number.isSafeInteger(value) && name !== "timeout" && !Number.isFinite(value)));
    if (isBad || (/port$/i.test(name) && typeof value === "number" && value > 65_535)) {
      throw new Error(`option ${name} is ${String(value)}`);
    }
  }
}

function quietCommands(): Command[] {
  const all = createProgram().commands.flatMap((command) => [command, ...command.commands]);
  return all.map((command) =>
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined }),
  );
}

function freshWord(random: Random): string {
  const option = random.pick(options);
  const value = random.pick(values);
  return random.pick([option, value, `${option}=${value}`, `${option}${value}`, "--", "-"]);
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}
