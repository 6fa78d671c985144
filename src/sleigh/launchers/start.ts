import type { Durability, TlsOptions } from "../../client/index.ts";
import { commandToLaunch } from "./command-to-launch.ts";
import { KeyFile } from "./key-file.ts";
import type { LaunchedWorker, OutputStream } from "./launched-worker.ts";
import type { NodeOptions } from "./launch-options.ts";
import type { ServerAddress } from "./launcher.ts";
import type { WorkerPlan } from "./plan.ts";
import { startProcess } from "./start-process.ts";
import { startThread } from "./start-thread.ts";
import { commandByHand } from "./web.ts";
import type { WorkerSecret } from "./worker-secret.ts";

export interface WorkerStarterOptions {
  /** The name of the sleigh's workspace. */
  readonly sleigh: string;
  /** The server as the master sees it. */
  readonly server: ServerAddress;
  /** The key of the sleigh, 32 random bytes. */
  readonly key: Uint8Array;
  /** With what workers log in to the server. Default: nothing, or what they have there. */
  readonly serverToken?: string | undefined;
  /** How workers' connections are encrypted: texts, no files. Default: they are not. */
  readonly tls?: TlsOptions | undefined;
  /** How the sleigh's workspaces are kept. Default: they go with the server. */
  readonly durability?: Durability | undefined;
  /** Told what the commands print, as it comes. What throws here is lost. */
  readonly onOutput?: (plan: WorkerPlan, stream: OutputStream, text: string) => void;
}

/**
 * Starts the workers of one sleigh:
 *
 *     const plans = planWorkers(options);              // launch, nodeList, workerCount, ...: one plan a worker
 *     const starter = new WorkerStarter({ sleigh, server, key });
 *     const worker = starter.start(plans[0], token);   // again with another token when the worker died
 *     await worker.ready;                              // after somebody called worker.joined(); else a LaunchError
 *     const { code, signal, output } = await worker.exited;
 *     starter.close();
 *
 * `token` (a random text, no secret) comes back in the worker's join message.
 */
export class WorkerStarter {
  readonly #options: WorkerStarterOptions;
  readonly #keyFiles = new Map<string | undefined, KeyFile>();

  constructor(options: WorkerStarterOptions) {
    this.#options = options;
  }

  /** Starts one. LaunchError `bad_launch`, thrown at once, when the launcher refuses; all else rejects `ready`. */
  start(plan: WorkerPlan, token: string): LaunchedWorker {
    const { onOutput } = this.#options;
    const keyFile = this.#keyFile(plan.options.keyDir);
    const launched = commandToLaunch(plan, { ...this.#options, token, keyFile: keyFile.path });
    const start = {
      plan,
      secret: this.#secret,
      ...(onOutput !== undefined && {
        onOutput: (stream: OutputStream, text: string) => onOutput(plan, stream, text),
      }),
    };
    if (launched.kind === "thread") {
      return startThread(launched, start);
    }
    if (launched.command.key === "file") {
      keyFile.write();
    }
    return startProcess(launched.command, start);
  }

  /** The command for workers that are started by hand (`offerByHand`). Writes the key file that it names. */
  byHand(options: NodeOptions = {}): string {
    const { sleigh, server, durability } = this.#options;
    const keyFile = this.#keyFile(options.keyDir);
    keyFile.write();
    return commandByHand(sleigh, server, keyFile.path, options, durability);
  }

  /** Removes the key files. Workers that run are left alone. */
  close(): void {
    for (const file of this.#keyFiles.values()) {
      file.remove();
    }
  }

  get #secret(): WorkerSecret {
    const { key, serverToken, tls } = this.#options;
    return { key, ...(serverToken !== undefined && { serverToken }), ...(tls !== undefined && { tls }) };
  }

  #keyFile(folder?: string): KeyFile {
    let file = this.#keyFiles.get(folder);
    if (file === undefined) {
      file = new KeyFile(this.#options.sleigh, this.#secret, folder);
      this.#keyFiles.set(folder, file);
    }
    return file;
  }
}
