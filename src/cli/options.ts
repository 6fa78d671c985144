import { type Command, Option } from "commander";
import type { TlsOptions } from "../client/index.ts";
import { parsePort, parseSeconds } from "./parse.ts";

/** Which server a command talks to. */
export interface ServerChoice {
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly tokenFile?: string;
  readonly tls?: true;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** How a command uses a workspace. */
export interface WorkspaceChoice extends ServerChoice {
  /** False after `--no-create`. */
  readonly create: boolean;
  readonly own?: true;
  readonly persistent?: true;
  /** Milliseconds; Infinity takes it away. */
  readonly idleTimeout?: number;
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

/** What the client's option `tls` is; undefined: the environment says it (NWS_TLS and so on). A file says that there is TLS. */
export function tlsOf({
  tls,
  tlsCa: ca,
  tlsCert: cert,
  tlsKey: key,
}: Partial<ServerChoice>): TlsOptions | true | undefined {
  return ca === undefined && cert === undefined && key === undefined ? tls : { ca, cert, key };
}

/** `--host`, `--port`, `--socket`, `--tls` and its files: for every command that talks to a server. */
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
    .addOption(new Option("--tls", "encrypt the connection (or NWS_TLS=1)").conflicts("socket"))
    .addOption(
      new Option("--tls-ca <file>", "with TLS: the authority of the server (default: NWS_TLS_CA)").conflicts("socket"),
    )
    .addOption(
      new Option("--tls-cert <file>", "a certificate that says who you are (default: NWS_TLS_CERT)").conflicts(
        "socket",
      ),
    )
    .addOption(new Option("--tls-key <file>", "its key (default: NWS_TLS_KEY)").conflicts("socket"))
    .addOption(debugOption());
}

/** The options of a command that works in one workspace. */
export function addWorkspaceChoice(command: Command): Command {
  return command
    .optionsGroup("Workspace:")
    .option("--no-create", "fail when the workspace does not exist (it is made otherwise, and stays until deleted)")
    .option("--own", "own the workspace, if nobody does: it then goes when this command ends, unless --persistent")
    .option("--persistent", "with --own: the workspace stays")
    .addOption(idleTimeoutOption());
}

export function idleTimeoutOption(): Option {
  return new Option(
    "--idle-timeout <seconds>",
    "the workspace goes when nobody has had it open for so long; 0: it stays",
  ).argParser((text) => (text === "0" ? Infinity : parseSeconds(text)));
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
