import { Command } from "commander";
import type { RunningServer } from "../../host/index.ts";
import { mustLoadSettings, type Said } from "../config/load.ts";
import { addServerOptions, type ConfigChoice } from "../config/options.ts";
import type { ServerSettings } from "../config/settings.ts";
import { type DefaultPlaces, startOptions } from "../config/start-options.ts";
import { dataExitCode } from "../data-exit-code.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { debugOption } from "../options.ts";
import { paragraphs } from "../paragraphs.ts";
import { sentenceOf } from "../report.ts";
import { ServerLife } from "../server-life.ts";
import { handedDownSockets } from "../systemd/handed-down.ts";
import { Notifier } from "../systemd/notifier.ts";

interface ServeOptions extends ConfigChoice {
  readonly json?: true;
}

const afterHelp = `
Each option is also a key of a configuration file (--max-waiting 100: max-waiting = 100) and an environment variable
(NWS_SERVER_MAX_WAITING=100; but NWS_WEB_PORT, NWS_TMP_DIR and NWS_LONG_VALUE_SIZE). Options count more than the environment, and that
more than the file. 'nws config' checks files, and shows what comes of all that.

Ctrl-C (SIGINT) and SIGTERM stop it cleanly, with exit code 0; with --drain-seconds it waits for its clients, and a second signal
stops it at once. SIGHUP has it read its files again. Persistent workspaces are kept in the data folder, so the next
server on it has them again; all other values are gone when the server stops. On a fixed port the folder is
~/.local/share/networkspaces/PORT (or in XDG_DATA_HOME); on port 0 there is none, unless --data says where.

Sizes are bytes, or with a unit: 64K, 16M, 2G.

Examples:
  nws server                          on 127.0.0.1:8765, with pages on http://127.0.0.1:8766/
  nws server --config /etc/nws/server.toml
                                      as the file says
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
    .option("--json", "print the ready line as JSON")
    .addOption(debugOption());
  return addServerOptions(command)
    .addHelpText("after", paragraphs(afterHelp))
    .action((options: ServeOptions & Said["flags"]) => serve(options));
}

async function serve({ config, json, ...flags }: ServeOptions & Said["flags"]): Promise<void> {
  const said: Said = { flags, path: config };
  const { values: settings } = await mustLoadSettings(said);
  const listenFds = handedDownSockets();
  const { defaultAccessFile, defaultDataFolder, startServer } = await import("../../host/index.ts");
  const places: DefaultPlaces = { accessFile: defaultAccessFile(), dataFolder: (port) => defaultDataFolder(port) };
  const options = { ...startOptions(settings, places), ...(listenFds !== undefined && { listenFds }) };
  const server = await startServer(options).catch((error: unknown) => {
    throw new CommandFailure(dataExitCode(error) ?? ExitCode.failed, cannotServe(error, settings), { cause: error });
  });
  const life = new ServerLife(server, said, settings, new Notifier());
  life.begin();
  const line = readyLine(server, false);
  process.stdout.write(`${json === true ? readyLine(server, true) : `nws: ${line}`}\n`);
  life.ready(line);
  await life.ended;
}

/** The public contract: other programs read this line. */
function readyLine(server: RunningServer, isJson: boolean): string {
  const { host, port, webPort, tls } = server;
  if (isJson) {
    return JSON.stringify({ event: "ready", host, port, webPort, ...(tls && { tls }) });
  }
  const name = host.includes(":") ? `[${host}]` : host;
  const webHost = port === 0 ? "127.0.0.1" : name;
  const web = webPort === undefined ? "" : `, web interface at ${tls ? "https" : "http"}://${webHost}:${webPort}/`;
  // (A Unix socket that was handed down has no port.)
  return `serving workspaces on ${port === 0 ? host : `${name}:${port}`}${web}`;
}

function cannotServe(error: unknown, { host, port }: ServerSettings): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    const taken = "port" in (error as object) ? (error as { port: number }).port : port;
    const option = taken === port ? "--port" : "--web-port";
    return `port ${taken} of ${host} is in use: another server may be running; ${option} 0 takes a free one`;
  }
  if (code === "EACCES" && port < 1024) {
    return `not allowed to listen on port ${port}; choose one from 1024`;
  }
  return sentenceOf(error);
}
