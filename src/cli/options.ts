import { type Command, Option } from "commander";
import { parsePort, parseSeconds } from "./parse.ts";

/** Which server a command talks to. */
export interface ServerChoice {
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly tokenFile?: string;
}

/** How a command uses a workspace. */
export interface WorkspaceChoice extends ServerChoice {
  /** False after `--no-create`. */
  readonly create: boolean;
  readonly own?: true;
  readonly persistent?: true;
}

/** How values are written on the command line. */
export interface ValueChoice {
  readonly json?: true;
  readonly raw?: true;
  /** A file that the bytes come from, or go to. */
  readonly file?: string;
}

export function debugOption(): Option {
  return new Option("--debug", "print the stack of an error too").hideHelp();
}

/** `--host`, `--port`, `--socket`: for every command that talks to a server. */
export function addServerChoice(command: Command): Command {
  return command
    .optionsGroup("Server:")
    .addOption(new Option("--host <name>", "host of the server").env("NWS_HOST").default("localhost"))
    .addOption(
      new Option("--port <number>", "port of the server").env("NWS_SERVER_PORT").default(8765).argParser(parsePort),
    )
    .addOption(new Option("--socket <path>", "Unix socket of the server, instead of host and port"))
    .addOption(
      new Option("--token-file <path>", "a file with the token to log in with (or the token itself in NWS_TOKEN)").env(
        "NWS_TOKEN_FILE",
      ),
    )
    .addOption(debugOption());
}

/** The options of a command that works in one workspace. */
export function addWorkspaceChoice(command: Command): Command {
  return command
    .optionsGroup("Workspace:")
    .option("--no-create", "fail when the workspace does not exist (it is made otherwise, and stays until deleted)")
    .option("--own", "own the workspace, if nobody does: it then goes when this command ends, unless --persistent")
    .option("--persistent", "with --own: the workspace stays");
}

/** `--json`, `--raw` and `--file`, which exclude each other. */
export function addValueChoice(command: Command, help: { json: string; raw: string; file: string }): Command {
  return command
    .addOption(new Option("--json", help.json).conflicts(["raw", "file"]))
    .addOption(new Option("--raw", help.raw).conflicts("file"))
    .addOption(new Option("--file <path>", help.file));
}

export function timeoutOption(what: string): Option {
  return new Option("--timeout <seconds>", what).argParser(parseSeconds);
}
