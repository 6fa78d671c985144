import { Command } from "commander";
import type { Snapshot, SnapshotWorkspace } from "../../client/snapshot.ts";
import { VERSION } from "../../host/version.ts";
import { withServer } from "../connect.ts";
import type { DumpTarget } from "../dump/dump-target.ts";
import type { DumpWriter } from "../dump/dump-writer.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { paragraphs } from "../paragraphs.ts";

interface DumpOptions extends ServerChoice {
  readonly output?: string;
  readonly persistent?: true;
  readonly quiet?: true;
}

const afterHelp = `
The dump holds everything as it is at one moment, while the server runs: workspaces, variables with their modes, and all
values, those that somebody has fetched and not confirmed too. It does not hold who owns a workspace or waits for a value.

Examples:
  nws dump --output backup.nwsdump                 all workspaces
  nws dump | zstd > backup.nwsdump.zst             the same, compressed
  nws dump jobs results --output two.nwsdump       two of them
  nws dump jobs | nws load --host other            moves one to another server`;

export function dumpCommand(): Command {
  const command = new Command("dump")
    .summary("write workspaces to a file")
    .description(
      "Writes all workspaces of a server, or some, to standard output or a file, from which nws load restores them.",
    )
    .argument("[workspace...]", "only these")
    .option("-o, --output <file>", "write to this file, which appears when it is complete")
    .option("--persistent", "only persistent workspaces: what the server itself would keep")
    .option("-q, --quiet", "say nothing unless something is wrong");
  return addServerChoice(command).addHelpText("after", paragraphs(afterHelp)).action(dump);
}

async function dump(names: readonly string[], options: DumpOptions): Promise<void> {
  const { openTarget } = await import("../dump/dump-target.ts");
  const { DumpWriter } = await import("../dump/dump-writer.ts");
  const { onInterrupt } = await import("../dump/interrupt.ts");
  const { Progress, totalsText } = await import("../dump/progress.ts");
  await withServer(options, async (server) => {
    const { Snapshot } = await import("../../client/snapshot.ts");
    // First what can be refused: a file is touched only when there is something to write.
    const snapshot = await Snapshot.take(server, names).catch(tellTooOld);
    const workspaces = snapshot.workspaces.filter(({ isPersistent }) => isPersistent || options.persistent !== true);
    const progress = new Progress("dump", valueCountOf(workspaces), options.quiet === true);
    let target: DumpTarget | undefined;
    // (First: who listens is called between turns, so whatever is open then is here.)
    const stopListening = onInterrupt(() => target?.discard());
    const writer = new DumpWriter(async (bytes) => {
      await target!.write(bytes);
      progress.show(writer.totals);
    });
    try {
      target = openTarget(options.output);
      writer.header(new Date(), VERSION, formatOf(workspaces));
      for (const workspace of workspaces) {
        await writeWorkspace(snapshot, workspace, writer);
      }
      await writer.end();
      await target.finish();
    } catch (error) {
      target?.discard();
      throw error;
    } finally {
      progress.clear();
      stopListening();
    }
    if (options.quiet !== true) {
      process.stderr.write(`nws: dumped ${totalsText(writer.totals)}\n`);
    }
  });
}

async function writeWorkspace(snapshot: Snapshot, workspace: SnapshotWorkspace, writer: DumpWriter): Promise<void> {
  const { name, isPersistent, durability, idleTimeout } = workspace;
  writer.workspace(Buffer.from(name, "latin1"), isPersistent, durability);
  if (idleTimeout !== undefined) {
    writer.idleTimeout(idleTimeout);
  }
  for (const variable of workspace.variables) {
    const before = writer.totals.values;
    writer.variable(Buffer.from(variable.name, "latin1"), variable.mode, variable.isGuarded);
    if (variable.limits !== undefined) {
      writer.limits(variable.limits);
    }
    await snapshot.read(variable, writer);
    const count = writer.totals.values - before;
    if (count !== variable.valueCount) {
      const sentence = `the server announced ${variable.valueCount} values of '${variable.name}' and gave ${count}`;
      throw new CommandFailure(ExitCode.failed, sentence);
    }
  }
}

/** The version of the format that has all that these need. */
function formatOf(workspaces: readonly SnapshotWorkspace[]): number {
  const isPlain = workspaces.every(
    ({ durability, idleTimeout, variables }) =>
      durability === undefined && idleTimeout === undefined && variables.every(({ limits }) => limits === undefined),
  );
  return isPlain ? 1 : 2;
}

function valueCountOf(workspaces: readonly SnapshotWorkspace[]): number {
  return workspaces.flatMap(({ variables }) => variables).reduce((sum, { valueCount }) => sum + valueCount, 0);
}

function tellTooOld(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "unknown_verb") {
    throw new CommandFailure(ExitCode.failed, "this server is too old to be dumped: it takes no snapshots", {
      cause: error,
    });
  }
  throw error;
}
