import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, posix, relative } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as browserDoor from "../../src/client/browser.ts";
import * as clientDoor from "../../src/client/index.ts";
import * as serverDoor from "../../src/host/index.ts";
import * as sleighDoor from "../../src/sleigh/index.ts";
import { seriousFaults } from "../browser/axe.ts";
import { chromiumPath } from "../browser/pages.ts";
import { documentation, root } from "./markdown.ts";

const folder = mkdtempSync(join(tmpdir(), "nws-site-"));
let pages: ReadonlyMap<string, string>;

beforeAll(async () => {
  // Fails when a link leads nowhere, or an export has no docstring: `treatWarningsAsErrors`.
  const typedoc = join(root, "node_modules", "typedoc", "bin", "typedoc");
  await promisify(execFile)(process.execPath, [typedoc, "--out", folder], { cwd: root }).catch((error: unknown) => {
    throw new Error((error as { stdout: string }).stdout);
  });
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
  pages = new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the site has every page of the documentation, at the address of its file", () => {
  const wanted = documentation.map(({ path }) =>
    path.replace(/(^|\/)README\.md$/, "$1index.md").replace(/md$/, "html"),
  );
  expect(wanted.filter((name) => !pages.has(name))).toEqual([]);
});

test("docs/README.md, which the navigation is made of, leads to every page", () => {
  const listed = (path: string) => documentation.find((page) => page.path === path)!.links.map(({ href }) => href);
  const found = ["docs/README.md", "README.md"];
  for (const path of [
    "docs/README.md",
    ...documentation.map((page) => page.path).filter((path) => /\/.*\/README/.test(path)),
  ]) {
    found.push(...listed(path).map((href) => posix.join(posix.dirname(path), href.replace(/#.*/, ""))));
  }
  expect(documentation.map(({ path }) => path).filter((path) => !found.includes(path))).toEqual([]);
});

test.each(Object.entries({ "": clientDoor, "/server": serverDoor, "/sleigh": sleighDoor, "/browser": browserDoor }))(
  "everything that networkspaces%s exports has its place in the reference",
  (door, exported) => {
    const page = pages.get(`api/networkspaces${door}.html`)!;
    const missing = Object.keys(exported).filter((name) => !new RegExp(`<a href="[^"]*\\b${name}\\b[^"]*"`).test(page));
    expect(missing).toEqual([]);
  },
);

test("all links of the site lead somewhere, also to places on a page", () => {
  const broken: string[] = [];
  const anchors = new Map([...pages].map(([name, html]) => [name, new Set(html.match(/(?<=\bid=")[^"]+/g))]));
  const files = new Set(readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll("\\", "/")));
  for (const [name, html] of pages) {
    for (const [, href = ""] of html.matchAll(/<(?:a|link|script|img)\b[^>]*?\b(?:href|src)="([^"]*)"/g)) {
      const [path = "", anchor = ""] = href.replaceAll("&amp;", "&").split("#");
      const target =
        path === "" ? name : posix.normalize(posix.join(posix.dirname(name), path.replace(/(^|\/)$/, "$1index.html")));
      const isOutside = /^[a-z]+:/.test(href);
      const hasAnchor = anchor === "" || !anchors.has(target) || anchors.get(target)!.has(decodeURIComponent(anchor));
      if (!isOutside && (!files.has(target) || !hasAnchor)) {
        broken.push(`${name} → ${href}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

describe.skipIf(chromiumPath === undefined)("in a browser", () => {
  let server: Server;
  let browser: Browser;
  const types: Record<string, string> = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
  };
  beforeAll(async () => {
    server = createServer((request, reply) => {
      const path = join(folder, new URL(request.url!, "http://site/").pathname);
      if (existsSync(path)) {
        reply.setHeader("content-type", types[extname(path)] ?? "application/octet-stream").end(readFileSync(path));
      } else {
        reply.writeHead(404).end();
      }
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox", "--disable-gpu"] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  const looked = ["index.html", "docs/index.html", "docs/command-line.html", "api/networkspaces/Lease.html"];
  test.each(looked.flatMap((path) => (["light", "dark"] as const).map((scheme) => [path, scheme] as const)))(
    "axe finds nothing serious on %s in %s, and it asks nobody else",
    { timeout: 90_000 },
    async (path, colorScheme) => {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const page = await browser.newPage({ colorScheme });
      const faults: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(address) && !/^(?:blob|data):/.test(request.url())) {
          faults.push(`a request to ${request.url()}`);
        }
      });
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(address + path);
      await page.getByText("networkspaces/sleigh").first().waitFor({ state: "attached" });
      await page.getByRole("link", { name: "The command line" }).first().waitFor({ state: "attached" });
      faults.push(...(await seriousFaults(page)));
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  test("the search finds a method", async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
    await page.keyboard.press("/");
    await page.getByRole("combobox").or(page.getByRole("searchbox")).first().fill("fetchTryMany");
    await page.getByRole("option", { name: "fetchTryMany" }).first().waitFor();
    await page.close();
  });
});
