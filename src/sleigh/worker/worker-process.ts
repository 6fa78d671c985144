import { isMainThread } from "node:worker_threads";
import { VERSION } from "../embedded-server.ts";
import type { WorkerSettings } from "../launchers/worker-settings.ts";
import { readSecretFile, readSecretLine } from "./read-secret.ts";
import { runWorker } from "./run-worker.ts";

const DEFAULT_PORT = 8765;

/** Ends this process, or thread, with a worker that it runs. Rejects when there is no key; all else is the worker's end. */
export async function runWorkerProcess(settings: WorkerSettings): Promise<never> {
  const { keyFile, port } = settings;
  const secret = await (keyFile === undefined ? readSecretLine(process.stdin) : readSecretFile(keyFile));
  const { exitCode, reason } = await runWorker({
    ...settings,
    port: port === 0 ? (secret.port ?? DEFAULT_PORT) : port,
    key: secret.key,
    serverToken: secret.serverToken,
    tls: secret.tls,
    version: VERSION,
    say: settings.verbose === true ? say : undefined,
    signal: interrupted(),
  });
  if (exitCode !== 0 || settings.verbose === true) {
    say(reason);
  }
  // What tasks have left running must not keep it alive.
  process.exit(exitCode);
}

/** Tells whoever started this process, if they still listen. */
export function say(sentence: string): void {
  process.stderr.write(`nws: ${sentence}\n`);
}

/** Aborted when somebody asks this process to end. (A thread gets no signals.) */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  if (isMainThread) {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => controller.abort());
    }
  }
  return controller.signal;
}
