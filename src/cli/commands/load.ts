import { Command, Option } from "commander";
import { withServer } from "../connect.ts";
import type { DumpContents, WorkspaceContents } from "../dump/dump-contents.ts";
import type { DumpSource } from "../dump/dump-source.ts";
import type { Loader } from "../dump/loader.ts";
import type { Progress } from "../dump/progress.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { exitCodeOf, sentenceOf } from "../report.ts";
import { table } from "../table.ts";

interface LoadOptions extends ServerChoice {
  readonly into?: string;
  readonly replace?: true;
  readonly append?: true;
  readonly check?: true;
  readonly quiet?: true;
}

const afterHelp = `
The whole dump is checked first, and nothing is changed when it is damaged or a workspace is there already, unless --replace
or --append says what to do with it. What comes through a pipe goes to a temporary file for that.

Examples:
  nws load backup.nwsdump                          all of it
  nws load backup.nwsdump jobs                     workspace jobs
  nws load backup.nwsdump jobs --into jobs-before  the same, under another name
  nws load backup.nwsdump --replace                what is there under these names goes
  nws load --check backup.nwsdump                  says what is in it, and whether it is sound`;

export function loadCommand(): Command {
  const command = new Command("load")
    .summary("restore workspaces from a file")
    .description("Makes the workspaces of a dump on a server, with all their values.")
    .argument("[file]", "the dump; without, or with -, standard input")
    .argument("[workspace...]", "only these of its workspaces")
    .option("--into <name>", "the one workspace gets this name")
    .addOption(new Option("--replace", "delete workspaces that are there already").conflicts("append"))
    .option("--append", "add values to workspaces that are there already")
    .addOption(
      new Option("--check", "only read the dump, and say what is in it").conflicts(["into", "replace", "append"]),
    )
    .option("-q, --quiet", "say nothing unless something is wrong");
  return addServerChoice(command).addHelpText("after", paragraphs(afterHelp)).action(load);
}

async function load(file: string | undefined, names: readonly string[], options: LoadOptions): Promise<void> {
  const { openDump } = await import("../dump/dump-source.ts");
  const { contentsOf } = await import("../dump/dump-contents.ts");
  await using source = await openDump(file ?? "-");
  const contents = await contentsOf(source.read());
  const wanted = chosen(contents, names);
  if (options.check === true) {
    await tellContents(contents, wanted);
    return;
  }
  if (options.into !== undefined && wanted.length !== 1) {
    throw new CommandFailure(ExitCode.usage, `with --into, name one workspace; the dump has ${namesOf(wanted)}`);
  }
  await withServer(options, async (server) => {
    const { prepare } = await import("../dump/prepare.ts");
    const { Loader } = await import("../dump/loader.ts");
    const { Progress, totalsText } = await import("../dump/progress.ts");
    const valueCount = wanted.reduce((sum, { totals }) => sum + totals.values, 0);
    const progress = new Progress("load", valueCount, options.quiet === true);
    const loader = new Loader(server, await prepare(server, wanted, options), progress);
    await loadAll(source, loader, progress);
    if (options.quiet !== true) {
      const { unguardedCount } = loader;
      const guards = unguardedCount === 0 ? "" : `; variables that are not guarded any more: ${unguardedCount}`;
      process.stderr.write(`nws: loaded ${totalsText(loader.totals)}${guards}\n`);
    }
  });
}

async function loadAll(source: DumpSource, loader: Loader, progress: Progress): Promise<void> {
  const { readDump } = await import("../dump/dump-reader.ts");
  const { onInterrupt } = await import("../dump/interrupt.ts");
  const stopListening = onInterrupt(() => {
    progress.clear();
    process.stderr.write(`nws: interrupted${whereItStopped(loader)}\n`);
  });
  try {
    await readDump(source.read(), loader);
    await loader.finish();
  } catch (error) {
    progress.clear();
    throw new CommandFailure(exitCodeOf(error), `${sentenceOf(error)}${whereItStopped(loader)}`, { cause: error });
  } finally {
    progress.clear();
    stopListening();
  }
}

/** What there is now of a load that did not come to its end. */
function whereItStopped({ whole, current }: Loader): string {
  const incomplete = current === undefined ? "" : `; workspace '${current}' is incomplete (--replace loads it anew)`;
  return `${incomplete}; complete: ${whole.length === 0 ? "none" : whole.map((name) => `'${name}'`).join(", ")}`;
}

function chosen({ workspaces }: DumpContents, names: readonly string[]): WorkspaceContents[] {
  const missing = names.find((name) => !workspaces.has(name));
  if (missing !== undefined) {
    const sentence = `the dump has no workspace '${missing}'; it has ${namesOf([...workspaces.values()])}`;
    throw new CommandFailure(ExitCode.failed, sentence);
  }
  return names.length === 0 ? [...workspaces.values()] : [...new Set(names)].map((name) => workspaces.get(name)!);
}

async function tellContents({ time }: DumpContents, wanted: readonly WorkspaceContents[]): Promise<void> {
  const { counted } = await import("../dump/progress.ts");
  const rows = wanted.map(({ name, isPersistent, durability, totals }) => [
    name,
    isPersistent,
    durability ?? "",
    totals.variables,
    totals.values,
    totals.bytes,
  ]);
  await writeLine(table(["WORKSPACE", "PERSISTENT", "DURABILITY", "VARIABLES", "VALUES", "BYTES"], rows));
  await writeLine(`sound; ${counted(wanted.length, "workspace")}, as they were at ${time}`);
}

function namesOf(workspaces: readonly WorkspaceContents[]): string {
  return workspaces.length === 0 ? "none" : workspaces.map(({ name }) => `'${name}'`).join(", ");
}
