import { Command, Option } from "commander";
import type { Durability, LogLevel, RunningServer, StartServerOptions } from "../../host/index.ts";
import { dataExitCode } from "../data-exit-code.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { limitOptions, limitsFrom } from "../limit-options.ts";
import { debugOption } from "../options.ts";
import { parseBytes, parseCount, parsePort } from "../parse.ts";
import { sentenceOf } from "../report.ts";

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly webPort?: number | false;
  readonly webName?: readonly string[];
  readonly webPages?: string;
  readonly socket?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly insecure?: true;
  readonly allowPlaintext?: true;
  readonly classicLoopback?: true;
  readonly tokensOnly?: true;
  readonly access?: string;
  readonly auditLog?: string;
  readonly allowKill?: true;
  readonly data?: string;
  readonly durability: Durability;
  readonly tmpDir?: string;
  readonly longValueSize?: number;
  readonly logLevel: LogLevel;
  readonly slowOperationMs?: number;
  readonly json?: true;
}

const logLevels: readonly LogLevel[] = ["silent", "error", "warn", "info", "debug"];

const durabilities: readonly Durability[] = ["fsync", "os", "memory"];

const afterHelp = `
Ctrl-C (SIGINT) and SIGTERM stop it cleanly, with exit code 0. Persistent workspaces are kept in the data folder, so the next
server on it has them again; all other values are gone when the server stops. On a fixed port the folder is
~/.local/share/networkspaces/PORT (or in XDG_DATA_HOME); on port 0 there is none, unless --data says where.

Sizes are bytes, or with a unit: 64K, 16M, 2G.

Examples:
  nws server                          on 127.0.0.1:8765, with pages on http://127.0.0.1:8766/
  nws server --port 0 --json          on a free port; the ready line is JSON that says which
  nws server --socket /run/nws.sock   on a Unix socket as well
  nws server --data none              keeping nothing
  nws server --tls-cert server.pem --tls-key server-key.pem
                                      encrypted (nws tls init makes the files; SIGHUP reads them again)
  nws server --log-level info         with a log on standard error, a line of JSON for each event`;

export function serverCommand(): Command {
  const command = new Command("server")
    .summary("serve workspaces until stopped")
    .description("Serves workspaces until it is stopped. Prints one line when it is ready.")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .addOption(
      new Option("--port <number>", "port to listen on; 0 takes a free one")
        .env("NWS_SERVER_PORT")
        .default(8765)
        .argParser(parsePort),
    )
    .addOption(
      new Option(
        "--web-port <number>",
        "port of the web interface; 0 takes a free one, none is for none (default: 8766)",
      )
        .env("NWS_WEB_PORT")
        .argParser((text) => (text === "none" ? false : parsePort(text))),
    )
    .option(
      "--web-name <name...>",
      "a name by which browsers may call the web interface, beside addresses and localhost",
    )
    .option("--web-pages <folder>", "web pages of your own, to be shown at /pages/: they may open workspaces")
    .option("--socket <path>", "listen on a Unix socket too")
    .option("--tls-cert <file>", "take TLS, with this certificate, and show the web interface by https")
    .option("--tls-key <file>", "the key of the certificate")
    .option("--tls-ca <file>", "ask clients for certificates of this authority; nobody must have one")
    .option("--access <file>", "the list of who may use it (default: the one that 'nws token' changes)")
    .option("--audit-log <file>", "add who does what that concerns others to this file (default: in the log)")
    .option("--classic-loopback", "let in classic clients on this machine whoever runs them")
    .option(
      "--allow-plaintext",
      "allow an address that others can reach without TLS: who is in between can read and change all",
    )
    .option(
      "--tokens-only",
      "know clients by tokens and certificates alone: others come through a tunnel, as this user",
    )
    .option("--insecure", "ask nobody who he is: everybody who can reach it may read and change everything")
    .option("--allow-kill", "allow a client to stop the server (deadman, KillServerOnClose)")
    .option("--data <folder>", "keep persistent workspaces there; none: keep nothing (default: a folder for the port)")
    .addOption(
      new Option("--durability <what>", "a change is told of when it is on the disk, with the system, or at once")
        .choices(durabilities)
        .default("fsync"),
    )
    .addOption(
      new Option("--tmp-dir <folder>", "where long values are, without --data (default: the system's)").env(
        "NWS_TMP_DIR",
      ),
    )
    .addOption(
      new Option("--long-value-size <size>", "values longer than this are kept in files (default: 16M)")
        .env("NWS_LONG_VALUE_SIZE")
        .argParser(parseBytes),
    )
    .addOption(new Option("--log-level <level>", "write a log to standard error").choices(logLevels).default("silent"))
    .addOption(
      new Option(
        "--slow-operation-ms <ms>",
        "log operations that take so long to handle, without what they wait (turns on --log-level warn)",
      ).argParser(parseCount),
    )
    .option("--json", "print the ready line as JSON")
    .addOption(debugOption());
  command.optionsGroup("Limits:");
  for (const option of limitOptions()) {
    command.addOption(option);
  }
  return command.addHelpText("after", afterHelp).action((options: ServeOptions) => serve(options));
}

async function serve(options: ServeOptions): Promise<void> {
  const { defaultAccessFile, defaultDataFolder, NO_DATA, startServer } = await import("../../host/index.ts");
  const settings: StartServerOptions = {
    host: options.host,
    port: options.port,
    insecure: options.insecure ?? false,
    allowPlaintext: options.allowPlaintext ?? false,
    classicLoopback: options.classicLoopback ?? false,
    tokensOnly: options.tokensOnly ?? false,
    accessFile: options.access ?? defaultAccessFile(),
    ...(options.auditLog === undefined ? {} : { auditLog: options.auditLog }),
    allowKillOnClose: options.allowKill ?? false,
    limits: limitsFrom(options),
    logger: options.logLevel,
    ...(options.webPort === undefined ? {} : { webPort: options.webPort }),
    ...(options.webName === undefined ? {} : { webNames: options.webName }),
    ...(options.webPages === undefined ? {} : { webPages: options.webPages }),
    data: options.data ?? (options.port === 0 ? NO_DATA : defaultDataFolder(options.port)),
    durability: options.durability,
    ...tlsFrom(options),
    ...(options.socket === undefined ? {} : { socketPath: options.socket }),
    ...(options.slowOperationMs === undefined ? {} : { slowOperationMs: options.slowOperationMs }),
    ...(options.tmpDir === undefined ? {} : { tmpDir: options.tmpDir }),
    ...(options.longValueSize === undefined ? {} : { longValueBytes: options.longValueSize }),
  };
  const server = await startServer(settings).catch((error: unknown) => {
    throw new CommandFailure(dataExitCode(error) ?? ExitCode.failed, cannotServe(error, options), { cause: error });
  });
  const stop = (): void => void server.stop();
  const readAgain = (): void => {
    server.reload().catch((error: unknown) => process.stderr.write(`nws: nothing was changed: ${sentenceOf(error)}\n`));
  };
  // (To a program at a terminal it says that the terminal is gone.)
  const reload = process.stdin.isTTY ? stop : readAgain;
  process.once("SIGTERM", stop).once("SIGINT", stop).on("SIGHUP", reload);
  process.stdout.write(`${readyLine(server, options.json === true)}\n`);
  await server.stopped;
  process.off("SIGTERM", stop).off("SIGINT", stop).off("SIGHUP", reload);
}

/** The public contract: other programs read this line. */
function readyLine(server: RunningServer, isJson: boolean): string {
  const { host, port, webPort, tls } = server;
  if (isJson) {
    return JSON.stringify({ event: "ready", host, port, webPort, ...(tls && { tls }) });
  }
  const name = host.includes(":") ? `[${host}]` : host;
  const web = webPort === undefined ? "" : `, web interface at ${tls ? "https" : "http"}://${name}:${webPort}/`;
  return `nws: serving workspaces on ${name}:${port}${web}`;
}

function tlsFrom({ tlsCert: cert, tlsKey: key, tlsCa: ca }: ServeOptions): Pick<StartServerOptions, "tls"> {
  if (cert !== undefined && key !== undefined) {
    return { tls: { cert, key, ca } };
  }
  if (cert !== undefined || key !== undefined || ca !== undefined) {
    throw new CommandFailure(
      ExitCode.usage,
      "for TLS a server needs both --tls-cert and --tls-key (nws tls init makes them)",
    );
  }
  return {};
}

function cannotServe(error: unknown, options: ServeOptions): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    const port = "port" in (error as object) ? (error as { port: number }).port : options.port;
    const option = port === options.port ? "--port" : "--web-port";
    return `port ${port} of ${options.host} is in use: another server may be running; ${option} 0 takes a free one`;
  }
  if (code === "EACCES" && options.port < 1024) {
    return `not allowed to listen on port ${options.port}; choose one from 1024`;
  }
  return sentenceOf(error);
}
