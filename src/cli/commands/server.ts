import { Command, Option } from "commander";
import type { LogLevel, RunningServer, StartServerOptions } from "../../host/index.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { limitOptions, limitsFrom } from "../limit-options.ts";
import { debugOption } from "../options.ts";
import { parseBytes, parsePort } from "../parse.ts";
import { sentenceOf } from "../report.ts";

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly webPort?: number | false;
  readonly webName?: readonly string[];
  readonly socket?: string;
  readonly insecure?: true;
  readonly allowKill?: true;
  readonly tmpDir?: string;
  readonly longValueSize?: number;
  readonly logLevel: LogLevel;
  readonly json?: true;
}

const logLevels: readonly LogLevel[] = ["silent", "error", "warn", "info", "debug"];

const afterHelp = `
Ctrl-C (SIGINT) and SIGTERM stop it cleanly, with exit code 0. Values are in memory, long ones in files of --tmp-dir:
when the server stops, they are gone.

Sizes are bytes, or with a unit: 64K, 16M, 2G.

Examples:
  nws server                          on 127.0.0.1:8765, with pages on http://127.0.0.1:8766/
  nws server --port 0 --json          on a free port; the ready line is JSON that says which
  nws server --socket /run/nws.sock   on a Unix socket as well
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
    .option("--socket <path>", "listen on a Unix socket too")
    .option("--insecure", "allow an address that others can reach: everybody who does may read and change everything")
    .option("--allow-kill", "allow a client to stop the server (deadman, KillServerOnClose)")
    .addOption(
      new Option("--tmp-dir <folder>", "where long values are kept (default: the system's)").env("NWS_TMP_DIR"),
    )
    .addOption(
      new Option("--long-value-size <size>", "values longer than this are kept in files (default: 16M)")
        .env("NWS_LONG_VALUE_SIZE")
        .argParser(parseBytes),
    )
    .addOption(new Option("--log-level <level>", "write a log to standard error").choices(logLevels).default("silent"))
    .option("--json", "print the ready line as JSON")
    .addOption(debugOption());
  command.optionsGroup("Limits:");
  for (const option of limitOptions()) {
    command.addOption(option);
  }
  return command.addHelpText("after", afterHelp).action((options: ServeOptions) => serve(options));
}

async function serve(options: ServeOptions): Promise<void> {
  const { startServer } = await import("../../host/index.ts");
  const settings: StartServerOptions = {
    host: options.host,
    port: options.port,
    insecure: options.insecure ?? false,
    allowKillOnClose: options.allowKill ?? false,
    limits: limitsFrom(options),
    logger: options.logLevel,
    ...(options.webPort === undefined ? {} : { webPort: options.webPort }),
    ...(options.webName === undefined ? {} : { webNames: options.webName }),
    ...(options.socket === undefined ? {} : { socketPath: options.socket }),
    ...(options.tmpDir === undefined ? {} : { tmpDir: options.tmpDir }),
    ...(options.longValueSize === undefined ? {} : { longValueBytes: options.longValueSize }),
  };
  const server = await startServer(settings).catch((error: unknown) => {
    throw new CommandFailure(ExitCode.failed, cannotServe(error, options), { cause: error });
  });
  const stop = (): void => void server.stop();
  process.once("SIGTERM", stop).once("SIGINT", stop);
  process.stdout.write(`${readyLine(server, options.json === true)}\n`);
  await server.stopped;
  process.off("SIGTERM", stop).off("SIGINT", stop);
}

/** The public contract: other programs read this line. */
function readyLine(server: RunningServer, isJson: boolean): string {
  const { host, port, webPort } = server;
  if (isJson) {
    return JSON.stringify({ event: "ready", host, port, webPort });
  }
  const name = host.includes(":") ? `[${host}]` : host;
  const web = webPort === undefined ? "" : `, web interface at http://${name}:${webPort}/`;
  return `nws: serving workspaces on ${name}:${port}${web}`;
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
