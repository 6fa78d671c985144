import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { NetWorkSpace, type WorkspaceOptions } from "../../src/client/index.ts";
import { type RunningServer, startServer, type StartServerOptions } from "../../src/host/index.ts";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
];

/** Chromium, or undefined where there is none: then these tests are skipped, and say so. `CHROMIUM` names another one. */
export const chromiumPath = [process.env["CHROMIUM"], ...places].find((path) => path !== undefined && existsSync(path));

if (chromiumPath === undefined) {
  process.stderr.write(`the browser tests do not run: no Chromium in ${places.join(", ")}; CHROMIUM names one\n`);
}

const switches = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A real server with its pages, and a browser that looks at them. */
export class Pages implements AsyncDisposable {
  readonly server: RunningServer;
  /**
   * What must never happen while a page is open: errors in the console (every breach of the Content-Security-Policy is one), exceptions,
   * requests to other hosts.
   */
  readonly faults: string[] = [];
  readonly #scheme: string;
  readonly #browser: Browser;
  readonly #clients: NetWorkSpace[] = [];

  private constructor(server: RunningServer, scheme: string, browser: Browser) {
    this.server = server;
    this.#scheme = scheme;
    this.#browser = browser;
  }

  /** `home`: of the user who looks. Default: of the user who runs this. */
  static async start(options: StartServerOptions = {}, home?: string): Promise<Pages> {
    const server = await startServer({ port: 0, webPort: 0, ...options });
    const env = { ...process.env, ...(home !== undefined && { HOME: home }) } as Record<string, string>;
    const browser = await chromium.launch({ executablePath: chromiumPath!, args: switches, env });
    return new Pages(server, options.tls === undefined ? "http" : "https", browser);
  }

  get address(): string {
    return `${this.#scheme}://127.0.0.1:${this.server.webPort}`;
  }

  /** A program that opens a workspace. It is closed at the end. */
  client(workspace: string, options: WorkspaceOptions = {}): NetWorkSpace {
    const client = new NetWorkSpace(workspace, {
      serverHost: "127.0.0.1",
      serverPort: this.server.port,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** A page at a path, which waits for what it expects at most 10 s. `address`: another one that leads here. */
  async open(path: string, options: BrowserContextOptions = {}, address = this.address): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    // The first page of a server waits for its web framework to be loaded.
    page.setDefaultNavigationTimeout(25_000);
    page.on("console", (message) => {
      if (message.type() === "error") {
        this.faults.push(`${path}: ${message.text()}`);
      }
    });
    page.on("pageerror", (error) => this.faults.push(`${path}: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(address) && !/^(?:blob|data):/.test(request.url())) {
        this.faults.push(`${path}: a request to ${request.url()}`);
      }
    });
    await page.goto(address + path);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await Promise.all(this.#clients.map((client) => client.close().catch(() => undefined)));
    await this.server.stop();
  }
}

/** The row of a table that has a text. */
export function rowOf(page: Page, text: string) {
  return page.getByRole("row").filter({ hasText: text });
}

/** Waits until the first element has the text; the message of a failure says what it had. */
export async function sees(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}
