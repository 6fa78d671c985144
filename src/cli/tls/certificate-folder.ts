import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import type { Issued } from "./issue.ts";

const USER_ONLY_FOLDER = 0o700;
const USER_ONLY_FILE = 0o600;
const FOR_ALL_FILE = 0o644;

const AUTHORITY = "ca";

export const defaultFolder = join(homedir(), ".networkspaces", "tls");

/** Where an authority and the certificates are that it has signed: `NAME.pem`, and `NAME-key.pem`, which only the user may read. */
export class CertificateFolder {
  readonly path: string;
  readonly #mayOverwrite: boolean;

  constructor(path: string, mayOverwrite: boolean) {
    this.path = resolve(path);
    this.#mayOverwrite = mayOverwrite;
  }

  cert(name: string): string {
    return join(this.path, `${name}.pem`);
  }

  key(name: string): string {
    return join(this.path, `${name}-key.pem`);
  }

  /** The authority. A CommandFailure when there is none. */
  async authority(): Promise<Issued> {
    try {
      const [cert, key] = await Promise.all([
        readFile(this.cert(AUTHORITY), "latin1"),
        readFile(this.key(AUTHORITY), "latin1"),
      ]);
      return { cert, key };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandFailure(
        ExitCode.failed,
        `there is no authority in ${this.path}: nws tls init makes one, or --dir says where it is (${why})`,
        { cause: error },
      );
    }
  }

  /** A CommandFailure when one of them is there already, and must stay. */
  mayWrite(...names: readonly string[]): void {
    const paths = names.flatMap((name) => [this.cert(name), this.key(name)]);
    const there = this.#mayOverwrite ? undefined : paths.find((path) => existsSync(path));
    if (there !== undefined) {
      throw new CommandFailure(ExitCode.failed, `${there} is there already; --force replaces it`);
    }
  }

  async write(name: string, { cert, key }: Issued): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: USER_ONLY_FOLDER });
    await this.#put(this.key(name), key, USER_ONLY_FILE);
    await this.#put(this.cert(name), cert, FOR_ALL_FILE);
  }

  /** In one step, so that a server that reads it finds the old one or the new one. */
  async #put(path: string, text: string, mode: number): Promise<void> {
    const fresh = `${path}.${process.pid}.new`;
    await rm(fresh, { force: true });
    try {
      await writeFile(fresh, text, { flag: "wx", mode });
      // (Whatever the umask says.)
      await chmod(fresh, mode);
      await rename(fresh, path);
    } catch (error) {
      await rm(fresh, { force: true });
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandFailure(ExitCode.failed, `cannot write ${path}: ${why}`, { cause: error });
    }
  }
}
