import { cellText } from "../cell-text.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { endOf } from "../reading.ts";
import { table } from "../table.ts";
import type { ReplSession } from "./session.ts";

/** What a dot command works with. */
export interface DotContext {
  readonly session: ReplSession;
  readonly print: (text: string) => void;
  readonly show: (value: unknown) => string;
  readonly signal: AbortSignal;
}

/** Beside those that every program with Node's REPL has. docs/command-line.md has them all: a test compares. */
export const dotCommands: Readonly<
  Record<string, { readonly help: string; readonly run: (context: DotContext, argument: string) => Promise<void> }>
> = {
  ls: { help: "List workspaces", run: list },
  vars: { help: "List the variables of this workspace, or of another: .vars NAME", run: listVariables },
  watch: { help: "Show the values of a variable as they come, until Ctrl-C: .watch NAME", run: watch },
  use: { help: "Go to another workspace: .use NAME", run: use },
};

async function list({ session, print }: DotContext): Promise<void> {
  const rows = (await session.server.listWss()).map(({ name, owner, persistent, variableCount }) => [
    cellText(name),
    owner === "" ? "-" : cellText(owner),
    persistent,
    variableCount,
  ]);
  print(table(["WORKSPACE", "OWNER", "PERSISTENT", "VARIABLES"], rows));
}

async function listVariables({ session, print }: DotContext, name: string): Promise<void> {
  const { server, ws } = session;
  const other = name === "" ? undefined : await server.useWs(name, { create: false });
  try {
    const rows = (await (other ?? ws).listVars()).map(({ name, mode, values, booked, fetchers, finders, bytes }) => [
      cellText(name),
      mode,
      values,
      booked,
      fetchers + finders,
      bytes,
    ]);
    print(table(["VARIABLE", "MODE", "VALUES", "BOOKED", "WAITING", "BYTES"], rows));
  } finally {
    await other?.close();
  }
}

async function watch({ session: { ws }, print, show, signal }: DotContext, name: string): Promise<void> {
  const variable = named(name, ".watch NAME");
  for await (const value of ws.ifind(variable, { after: await endOf(ws, variable), signal })) {
    print(show(value));
  }
}

async function use({ session, print, show }: DotContext, name: string): Promise<void> {
  print(show(await session.use(named(name, ".use NAME"))));
}

function named(name: string, usage: string): string {
  if (name === "") {
    throw new CommandFailure(ExitCode.usage, `a name is missing: ${usage}`);
  }
  return name;
}
