import { constants, type Stats } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Fault } from "./fault.ts";
import { NONE } from "./kinds.ts";
import { keyOf, type ServerSettings, type SettingName } from "./settings.ts";

/** What is found by looking at what settings name. */
export interface Findings {
  /** With these a server does not start, or nobody could use it. */
  readonly faults: readonly Fault[];
  /** These its keeper should know. */
  readonly warnings: readonly Fault[];
}

const DAY_MS = 86_400_000;
/** So long before a certificate expires it is told. */
const EXPIRES_SOON_MS = 14 * DAY_MS;

const OTHERS_WRITE = 0o002;
const OTHERS_READ = 0o004;

/**
 * Looks whether the files and folders that settings name are there and can be used by this user, and whether certificates are good. Nothing is
 * made or changed, and no port is opened: a server may be running with these settings.
 */
export class SettingsCheck {
  readonly #settings: ServerSettings;
  readonly #faults: Fault[] = [];
  readonly #warnings: Fault[] = [];

  private constructor(settings: ServerSettings) {
    this.#settings = settings;
  }

  /** `config`: the file that the settings come from, if there is one. */
  static async run(settings: ServerSettings, config: string | undefined): Promise<Findings> {
    const check = new SettingsCheck(settings);
    await check.#config(config);
    await check.#certificate();
    await check.#whoMayCome();
    await check.#places();
    return { faults: check.#faults, warnings: check.#warnings };
  }

  async #config(path: string | undefined): Promise<void> {
    const stats = path === undefined ? undefined : await statsOf(path);
    if (stats !== undefined && isOpen(stats, OTHERS_WRITE)) {
      this.#faults.push({ source: path!, message: "everybody on this machine may write to it (chmod o-w)" });
    }
  }

  async #certificate(): Promise<void> {
    const { tlsCert: cert, tlsKey: key, tlsCa: ca } = this.#settings;
    if (cert === undefined || key === undefined) {
      return;
    }
    const { checkCertificate } = await import("../../host/index.ts");
    try {
      const { validFrom, validTo } = await checkCertificate({ cert, key, ca });
      const now = Date.now();
      const until = validTo.toISOString();
      if (now > validTo.getTime()) {
        this.#fault("tlsCert", `the certificate expired on ${until}: clients refuse it (nws tls server --force makes a new one)`); // prettier-ignore
      } else if (now < validFrom.getTime()) {
        this.#fault("tlsCert", `the certificate is valid from ${validFrom.toISOString()} on: clients refuse it`);
      } else if (now > validTo.getTime() - EXPIRES_SOON_MS) {
        this.#warn("tlsCert", `the certificate expires on ${until}`);
      }
    } catch (error) {
      this.#fault("tlsCert", (error as Error).message);
    }
    const stats = await statsOf(key);
    if (stats !== undefined && isOpen(stats, OTHERS_READ)) {
      this.#warn("tlsKey", `everybody on this machine may read the key in ${key} (chmod 600)`);
    }
  }

  async #whoMayCome(): Promise<void> {
    const { host, insecure, allowPlaintext, tlsCert, access: file } = this.#settings;
    const { checkListening, defaultAccessFile, readAccessFile } = await import("../../host/index.ts");
    try {
      checkListening(host, { insecure, allowPlaintext, hasTls: tlsCert !== undefined });
    } catch (error) {
      this.#fault("host", (error as Error).message);
    }
    if (insecure) {
      return;
    }
    try {
      await readAccessFile(file ?? defaultAccessFile());
      if (file !== undefined && (await statsOf(file)) === undefined) {
        this.#warn("access", `there is no ${file} yet: nobody is on the list (nws token create NAME --access ${file})`);
      }
    } catch (error) {
      this.#fault("access", (error as Error).message);
    }
  }

  async #places(): Promise<void> {
    const { auditLog, webPages, data, tmpDir, socket } = this.#settings;
    if (webPages !== undefined) {
      await this.#folder("webPages", webPages, constants.R_OK | constants.X_OK, "read");
    }
    if (data !== undefined && data !== NONE) {
      await this.#folderToBe("data", data);
    }
    if (tmpDir !== undefined) {
      await this.#folder("tmpDir", tmpDir, constants.W_OK | constants.X_OK, "written to");
    }
    if (auditLog !== undefined) {
      await this.#file("auditLog", auditLog);
    }
    if (socket !== undefined && process.platform !== "win32") {
      await this.#folder("socket", dirname(socket), constants.W_OK | constants.X_OK, "written to");
      const stats = await statsOf(socket);
      if (stats !== undefined && !stats.isSocket()) {
        this.#fault("socket", `${socket} is there already, and is no socket`);
      }
    }
  }

  async #folder(name: SettingName, path: string, mode: number, doing: string): Promise<void> {
    const stats = await statsOf(path);
    if (!stats?.isDirectory()) {
      this.#fault(name, stats === undefined ? `there is no folder ${path}` : `${path} is no folder`);
    } else if (!(await may(path, mode))) {
      this.#fault(name, `the folder ${path} may not be ${doing} by this user`);
    }
  }

  /** One that a server makes when it is missing. */
  async #folderToBe(name: SettingName, path: string): Promise<void> {
    let existing = path;
    while ((await statsOf(existing)) === undefined && dirname(existing) !== existing) {
      existing = dirname(existing);
    }
    const message = existing === path ? undefined : `${path} cannot be made`;
    const stats = await statsOf(existing);
    if (stats?.isDirectory() !== true) {
      this.#fault(name, `${message === undefined ? "" : `${message}: `}${existing} is no folder`);
    } else if (!(await may(existing, constants.W_OK | constants.X_OK))) {
      this.#fault(
        name,
        `${message ?? `the folder ${path} cannot be used`}: ${existing} may not be written to by this user`,
      );
    }
  }

  /** One that is written to, and made when it is missing. */
  async #file(name: SettingName, path: string): Promise<void> {
    const stats = await statsOf(path);
    if (stats === undefined) {
      await this.#folder(name, dirname(path), constants.W_OK | constants.X_OK, "written to");
    } else if (stats.isDirectory()) {
      this.#fault(name, `${path} is a folder; it must be a file`);
    } else if (!(await may(path, constants.W_OK))) {
      this.#fault(name, `${path} may not be written to by this user`);
    }
  }

  #fault(name: SettingName, message: string): void {
    this.#faults.push({ key: keyOf(name), message: `${keyOf(name)}: ${message}` });
  }

  #warn(name: SettingName, message: string): void {
    this.#warnings.push({ key: keyOf(name), message: `${keyOf(name)}: ${message}` });
  }
}

async function statsOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** (On Windows the mode says nothing.) */
function isOpen({ mode }: Stats, bits: number): boolean {
  return process.platform !== "win32" && (mode & bits) !== 0;
}
