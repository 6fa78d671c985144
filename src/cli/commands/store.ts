import { Command, Option } from "commander";
import type { NetWorkSpace, StoreOptions as HowToStore } from "../../client/index.ts";
import { withWorkspace } from "../connect.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { linesOf } from "../lines.ts";
import {
  addServerChoice,
  addValueChoice,
  addWorkspaceChoice,
  timeoutOption,
  type ValueChoice,
  type WorkspaceChoice,
} from "../options.ts";
import { collectRaw, readTextInput } from "../input.ts";
import { paragraphs } from "../paragraphs.ts";
import { parseSeconds } from "../parse.ts";

interface StoreOptions extends WorkspaceChoice, ValueChoice {
  readonly lines?: true;
  readonly timeout?: number;
  readonly ttl?: number;
}

const afterHelp = `
Without a value, standard input is the value: as text (without a newline at its end), or with --raw byte for byte.
Bytes may be of any length: little of them is in memory at a time.

Examples:
  nws store table x hello               a text
  nws store table x --json '{"n":1}'    what the JSON says
  seq 10 | nws store table x --lines    ten values
  nws store table x --file photo.jpg    the bytes of a file
  tar c . | nws store table x --raw     the bytes of a stream`;

export function storeCommand(): Command {
  const command = new Command("store")
    .summary("add a value")
    .description("Adds a value to a variable, or with --lines one for each line of standard input.")
    .argument("<workspace>")
    .argument("<variable>")
    .argument("[value]", "default: standard input");
  addValueChoice(command, {
    json: "the value, or each line, is JSON",
    raw: "the value is bytes, not text",
    file: "the value is the bytes of this file",
  });
  command
    .addOption(new Option("--lines", "each line of standard input is a value").conflicts(["raw", "file"]))
    .addOption(timeoutOption("wait no longer than this for room in a bounded variable"))
    .addOption(new Option("--ttl <seconds>", "the value goes so long after it was stored").argParser(parseSeconds));
  return addServerChoice(addWorkspaceChoice(command)).addHelpText("after", paragraphs(afterHelp)).action(store);
}

async function store(
  workspace: string,
  variable: string,
  text: string | undefined,
  options: StoreOptions,
  command: Command,
): Promise<void> {
  if (text !== undefined && (options.lines === true || options.file !== undefined)) {
    const source = options.lines === true ? "--lines" : "--file";
    command.error(`error: with ${source}, no value can be on the command line`);
  }
  // What is wrong with a value on the command line is found before anybody is connected to.
  const { timeout, ttl } = options;
  const how: HowToStore = { timeout, ttl };
  const given = text === undefined ? undefined : valueOf(text, options, "the value");
  await withWorkspace(workspace, options, async (ws) => {
    if (given !== undefined) {
      await ws.store(variable, given.value, how);
    } else if (options.lines === true) {
      await storeLines(ws, variable, options, how);
    } else if (options.file !== undefined) {
      await ws.storeFile(variable, options.file, how);
    } else if (options.raw === true) {
      await storeRawInput(ws, variable, how);
    } else {
      await ws.store(variable, valueOf(await readTextInput(), options, "standard input").value, how);
    }
  });
}

async function storeLines(ws: NetWorkSpace, variable: string, options: StoreOptions, how: HowToStore): Promise<void> {
  let lineCount = 0;
  for await (const lines of linesOf(process.stdin)) {
    const values = lines.map((line) => valueOf(line, options, `line ${++lineCount}`).value);
    await ws.storeAll(variable, values, how);
  }
}

async function storeRawInput(ws: NetWorkSpace, variable: string, how: HowToStore): Promise<void> {
  await using input = await collectRaw(process.stdin);
  await ws.storeFile(variable, input.source, { length: input.length, ...how });
}

function valueOf(text: string, options: StoreOptions, what: string): { readonly value: unknown } {
  if (options.raw === true) {
    return { value: new TextEncoder().encode(text) };
  }
  if (options.json !== true) {
    return { value: text };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    throw new CommandFailure(ExitCode.usage, `${what} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
