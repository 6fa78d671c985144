import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../../src/host/index.ts";
import { hrefOf, type Route } from "../../ui/app/routes.ts";
import { Page, root, rowsOf } from "./markdown.ts";

const page = new Page("docs/web-interface.md");

test("docs/web-interface.md has every request of the API, and no other", async () => {
  await using server = await startServer({ port: 0, webPort: 0 });
  const answer = await fetch(`http://127.0.0.1:${server.webPort}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
  const short: Record<string, string> = { workspace: "W", variable: "V", client: "ID", index: "INDEX" };
  const real = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => short[name] ?? name)}`,
    ),
  );
  const documented = rowsOf(page.section("The API"))
    .map(([first = ""]) => first)
    .filter((cell) => /^[A-Z]+ /.test(cell));
  expect(documented.sort()).toEqual(real.sort());
});

test("docs/web-interface.md has the addresses that are not of the API", async () => {
  await using server = await startServer({ port: 0, webPort: 0, webPages: join(root, "examples/browser-chat/page") });
  const documented = rowsOf(page.section("The API"))
    .map(([first = ""]) => first)
    .filter((cell) => cell.startsWith("/"));
  for (const path of documented.filter((each) => each !== "/ws")) {
    const { status } = await fetch(`http://127.0.0.1:${server.webPort}${path}`);
    expect([path, status]).toEqual([path, 200]);
  }
  // What the API leaves out of its description says so in the code.
  const sources = ["app.ts", "static-files.ts"]
    .map((name) => readFileSync(join(root, "src/web", name), "utf8"))
    .join("");
  const hidden = [...sources.matchAll(/\.get\("(\/[\w.]+)",[^)]*?hide: true/g)].map(([, path]) => path);
  expect(documented.sort()).toEqual([...hidden, "/ws", "/pages/"].sort());
});

test("docs/web-interface.md has every page, and no other", () => {
  const [first = ""] = page.text.split("\n## ");
  const documented = rowsOf(first).flatMap(([, addresses = ""]) => addresses.replaceAll("`", "").split(", "));
  // A page that is new is missing here, and the compiler says so.
  const routes: { readonly [Page in Exclude<Route["page"], "nowhere">]: Route & { readonly page: Page } } = {
    workspaces: { page: "workspaces" },
    workspace: { page: "workspace", workspace: "W" },
    variable: { page: "variable", workspace: "W", variable: "V" },
    clients: { page: "clients" },
    client: { page: "client", client: "ID" },
    server: { page: "server" },
    sleighs: { page: "sleighs" },
    sleigh: { page: "sleigh", workspace: "W" },
  };
  const real = Object.values(routes).map(hrefOf);
  expect(documented.sort()).toEqual(real.sort());
});
