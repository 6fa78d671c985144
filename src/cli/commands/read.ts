import { Command, Option } from "commander";
import type { NetWorkSpace } from "../../client/index.ts";
import { withWorkspace } from "../connect.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import {
  addServerChoice,
  addValueChoice,
  addWorkspaceChoice,
  timeoutOption,
  type ValueChoice,
  type WorkspaceChoice,
} from "../options.ts";
import { write } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { parseCount } from "../parse.ts";
import { foundValues, type Reading, type Shown, takenValues } from "../reading.ts";
import { valueText } from "../value-text.ts";

interface ReadOptions extends WorkspaceChoice, ValueChoice {
  readonly number: number;
  readonly all?: true;
  readonly try?: true;
  readonly timeout?: number;
}

type Verb = "fetch" | "find";

const fetchHelp = `
A value is gone from the server only when it has been written: if it cannot be (a full disk, a reader that went away), it
goes back to its old place.

Examples:
  nws fetch table x                     takes one, waits for it
  nws fetch table x -n 10               takes ten, one a line, as they come
  nws fetch table x --try || echo none  takes one if there is one (exit code 3 if not)
  nws fetch table x --timeout 2.5       waits for 2.5 seconds (exit code 4 if in vain)
  nws fetch table x --file photo.jpg    writes its bytes to a file`;

const findHelp = `
The values stay where they are: others may find and fetch them too.

Examples:
  nws find table x                      shows the next one, waits for it
  nws find table x --all --json         shows all that are there, one line of JSON each`;

export function fetchCommand(): Command {
  const command = new Command("fetch").summary("take values").description("Takes a value of a variable and prints it.");
  return readCommand(command, "fetch", "take", fetchHelp);
}

export function findCommand(): Command {
  const command = new Command("find")
    .summary("look at values")
    .description("Prints a value of a variable, which stays where it is.");
  return readCommand(command, "find", "print", findHelp);
}

function readCommand(command: Command, verb: Verb, act: string, afterHelp: string): Command {
  command
    .argument("<workspace>")
    .argument("<variable>")
    .addOption(new Option("-n, --number <count>", `${act} this many, one a line`).default(1).argParser(parseCount))
    .addOption(new Option("-a, --all", `${act} all that are there, do not wait`).conflicts(["number", "timeout"]))
    .addOption(new Option("--try", "do not wait").conflicts("timeout"))
    .addOption(timeoutOption("wait no longer than this for each value"));
  addValueChoice(command, {
    json: "print values as JSON",
    raw: "write the bytes of values, and nothing else",
    file: "write the bytes of the value to this file",
  });
  return addServerChoice(addWorkspaceChoice(command))
    .addHelpText("after", paragraphs(afterHelp))
    .action((workspace: string, variable: string, options: ReadOptions) => run(verb, workspace, variable, options));
}

async function run(verb: Verb, workspace: string, variable: string, options: ReadOptions): Promise<void> {
  const isTrying = options.try === true || options.all === true;
  const count = options.all === true ? Infinity : options.number;
  if (options.file !== undefined && count !== 1) {
    throw new CommandFailure(ExitCode.usage, "with --file, one value is read at a time");
  }
  // To look for something is no reason to make a workspace.
  const choice = isTrying ? { ...options, create: false } : options;
  const shownCount = await withWorkspace(workspace, choice, (ws) => {
    const reading: Reading = { variable, isTrying, count, timeout: options.timeout };
    return options.raw === true || options.file !== undefined
      ? writeBytes(ws, verb, reading, options.file)
      : writeLines(verb === "fetch" ? takenValues(ws, reading) : foundValues(ws, reading), options.json === true);
  });
  if (shownCount === 0) {
    throw new CommandFailure(
      ExitCode.noValue,
      `there is no value in variable '${variable}' of workspace '${workspace}'`,
    );
  }
}

/** Each batch is done with (taken for good) when it has been written. Resolves with the number of values. */
async function writeLines(batches: AsyncIterable<Shown>, isJson: boolean): Promise<number> {
  let count = 0;
  for await (const { values, written } of batches) {
    await write(values.map((value) => `${valueText(value, isJson)}\n`).join(""));
    await written();
    count += values.length;
  }
  return count;
}

/** Values as they are, piece by piece: the client takes each for good when all its bytes are written. */
async function writeBytes(ws: NetWorkSpace, verb: Verb, reading: Reading, file: string | undefined): Promise<number> {
  const { variable, isTrying, count, timeout } = reading;
  const target = file ?? process.stdout;
  const options = { end: false, timeout };
  const fetchOne = (): Promise<number | undefined> =>
    isTrying ? ws.fetchTryFile(variable, target, options) : ws.fetchFile(variable, target, options);
  const findOne = (): Promise<number | undefined> =>
    isTrying ? ws.findTryFile(variable, target, options) : ws.findFile(variable, target, options);
  const move = verb === "fetch" ? fetchOne : findOne;
  // A file operation looks at the first value each time, so there is only one to find.
  const wanted = verb === "find" ? 1 : count;
  let written = 0;
  while (written < wanted) {
    if ((await move()) === undefined) {
      break;
    }
    written++;
  }
  return written;
}
