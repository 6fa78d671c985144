import type { RunningServer } from "../host/index.ts";
import { sentenceOfFault } from "./config/fault.ts";
import { loadSettings, type Said } from "./config/load.ts";
import { keyOf, type ServerSettings, type SettingName } from "./config/settings.ts";
import { changesBetween } from "./config/start-options.ts";
import { sentenceOf } from "./report.ts";
import type { Notifier } from "./systemd/notifier.ts";

/**
 * What signals do to a server. SIGTERM and SIGINT stop it, after its clients have had the time to leave that the settings give them; a second one
 * stops it at once. SIGHUP has it read its files again: the configuration, the certificate, the list of who may use it.
 */
export class ServerLife {
  readonly #server: RunningServer;
  readonly #said: Said;
  readonly #notifier: Notifier;
  #settings: ServerSettings;
  #status = "";
  #reload: Promise<void> = Promise.resolve();
  readonly #stop = (): void => void this.#stopNow();
  readonly #readAgain = (): void => {
    // (One after the other.)
    this.#reload = this.#reload.then(() => this.#reloadNow());
  };

  constructor(server: RunningServer, said: Said, settings: ServerSettings, notifier: Notifier) {
    this.#server = server;
    this.#said = said;
    this.#settings = settings;
    this.#notifier = notifier;
  }

  /** Heeds signals from now on. */
  begin(): void {
    process.on("SIGTERM", this.#stop).on("SIGINT", this.#stop).on("SIGHUP", this.#hangUp);
  }

  /** `status`: what the service manager shows. */
  ready(status: string): void {
    this.#status = status;
    void this.#notifier.ready(status);
  }

  /** Done when the server has stopped, whoever asked for that. */
  get ended(): Promise<void> {
    return this.#server.stopped.then(() => {
      process.off("SIGTERM", this.#stop).off("SIGINT", this.#stop).off("SIGHUP", this.#hangUp);
    });
  }

  /** (To a program at a terminal it says that the terminal is gone.) */
  get #hangUp(): () => void {
    return process.stdin.isTTY ? this.#stop : this.#readAgain;
  }

  async #stopNow(): Promise<void> {
    const { isDraining } = this.#server;
    const drainMs = isDraining ? 0 : this.#settings.drainSeconds;
    if (!isDraining) {
      void this.#notifier.stopping(drainMs > 0 ? "waiting for clients to leave" : "stopping", drainMs);
      if (drainMs > 0) {
        tell(`no new clients; stopping when those that are there have left, within ${drainMs / 1000} s`);
      }
    }
    await this.#server.stop({ drainMs });
  }

  async #reloadNow(): Promise<void> {
    await this.#notifier.reloading();
    const { values, faults } = await loadSettings(this.#said);
    if (faults.length > 0) {
      for (const fault of faults) {
        tell(`nothing was changed: ${sentenceOfFault(fault)}`);
      }
    } else {
      await this.#apply(values);
    }
    await this.#notifier.ready(this.#status);
  }

  async #apply(settings: ServerSettings): Promise<void> {
    const { options, changed, fixed } = changesBetween(this.#settings, settings);
    try {
      await this.#server.reload(options);
    } catch (error) {
      tell(`nothing was changed: ${sentenceOf(error)}`);
      return;
    }
    // What needs a restart is told of at each reload until there was one.
    const kept = Object.fromEntries(fixed.map((name) => [name, this.#settings[name]]));
    this.#settings = { ...settings, ...kept };
    if (changed.length > 0) {
      tell(`changed: ${listed(changed)}`);
    }
    if (fixed.length > 0) {
      tell(`needs a restart: ${listed(fixed)}`);
    }
  }
}

function listed(names: readonly SettingName[]): string {
  return names.map(keyOf).join(", ");
}

function tell(sentence: string): void {
  process.stderr.write(`nws: ${sentence}\n`);
}
