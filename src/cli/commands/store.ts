import { Command, Option } from "commander";
import type { NetWorkSpace } from "../../client/index.ts";
import { withWorkspace } from "../connect.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { linesOf } from "../lines.ts";
import {
  addServerChoice,
  addValueChoice,
  addWorkspaceChoice,
  type ValueChoice,
  type WorkspaceChoice,
} from "../options.ts";
import { collectRaw, readTextInput } from "../input.ts";

interface StoreOptions extends WorkspaceChoice, ValueChoice {
  readonly lines?: true;
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
  command.addOption(new Option("--lines", "each line of standard input is a value").conflicts(["raw", "file"]));
  return addServerChoice(addWorkspaceChoice(command)).addHelpText("after", afterHelp).action(store);
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
  const given = text === undefined ? undefined : valueOf(text, options, "the value");
  await withWorkspace(workspace, options, async (ws) => {
    if (given !== undefined) {
      await ws.store(variable, given.value);
    } else if (options.lines === true) {
      await storeLines(ws, variable, options);
    } else if (options.file !== undefined) {
      await ws.storeFile(variable, options.file);
    } else if (options.raw === true) {
      await storeRawInput(ws, variable);
    } else {
      await ws.store(variable, valueOf(await readTextInput(), options, "standard input").value);
    }
  });
}

async function storeLines(ws: NetWorkSpace, variable: string, options: StoreOptions): Promise<void> {
  let lineCount = 0;
  for await (const lines of linesOf(process.stdin)) {
    const values = lines.map((line) => valueOf(line, options, `line ${++lineCount}`).value);
    await ws.storeAll(variable, values);
  }
}

async function storeRawInput(ws: NetWorkSpace, variable: string): Promise<void> {
  await using input = await collectRaw(process.stdin);
  await ws.storeFile(variable, input.source, { length: input.length });
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
