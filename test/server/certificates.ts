import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issue, type Issued, type Wish } from "../../src/cli/tls/issue.ts";

/** An authority made for a test, and what it signs, in files. `using` removes them. */
export class Certificates implements Disposable {
  readonly folder: string;
  readonly authority: Issued;
  readonly ca: string;

  private constructor(folder: string, authority: Issued) {
    this.folder = folder;
    this.authority = authority;
    this.ca = this.#write("ca.pem", authority.cert);
  }

  static async make(name = "an authority"): Promise<Certificates> {
    const authority = await issue({ name, days: 2, use: "authority" });
    return new Certificates(mkdtempSync(join(tmpdir(), "nws-tls.")), authority);
  }

  /** The certificate of a server called `localhost` and 127.0.0.1, unless it is said otherwise, and its key. */
  server(wish: Partial<Wish> = {}, file = "server"): Promise<{ cert: string; key: string }> {
    return this.#issue(
      { name: "a server", days: 1, use: "server", altNames: ["localhost", "127.0.0.1"], ...wish },
      file,
    );
  }

  client(name = "a client", file = "client"): Promise<{ cert: string; key: string }> {
    return this.#issue({ name, days: 1, use: "client" }, file);
  }

  async #issue(wish: Wish, file: string): Promise<{ cert: string; key: string }> {
    const { cert, key } = await issue(wish, this.authority);
    return { cert: this.#write(`${file}.pem`, cert), key: this.#write(`${file}-key.pem`, key) };
  }

  #write(file: string, text: string): string {
    const path = join(this.folder, file);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A logger whose sentences, with what they are about, are kept. */
export class KeptLog {
  readonly lines: string[] = [];

  readonly debug = this.#keep("debug");
  readonly info = this.#keep("info");
  readonly warn = this.#keep("warn");
  readonly error = this.#keep("error");

  has(words: string | RegExp): boolean {
    return this.lines.some((line) => (typeof words === "string" ? line.includes(words) : words.test(line)));
  }

  #keep(level: string): (details: object, message: string) => void {
    return (details, message) => this.lines.push(`${level} ${message} ${JSON.stringify(details)}`);
  }
}
