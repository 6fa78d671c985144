import { settingsFromArguments, settingsFromEnvironment } from "../launchers/worker-settings.ts";
import { WorkerExit } from "./exit-code.ts";
import { runWorkerProcess, say } from "./worker-process.ts";

/*
 * What a worker on the master's machine runs: `nws worker` for programs. It is there sooner, as it loads nothing that is for people.
 */

// Who started it may be gone. Without a listener a closed pipe would end it with a stack trace.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);

try {
  const { sleigh, host, port, ...more } = {
    ...settingsFromEnvironment(process.env),
    ...settingsFromArguments(process.argv.slice(2)),
  };
  if (sleigh === undefined || host === undefined || port === undefined) {
    throw new TypeError("a worker must be told its sleigh, the host and the port");
  }
  await runWorkerProcess({ ...more, sleigh, host, port });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = WorkerExit.failed;
}
