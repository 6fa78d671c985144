import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NetWorkSpace } from "../../src/client/index.ts";
import { RawClassic } from "../server/raw-classic.ts";
import { TestWeb, until } from "./support.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), "utf8");

/** What a scrape says, by name: the metrics, and their samples. */
class Scrape {
  readonly types = new Map<string, string>();
  readonly #samples: { readonly name: string; readonly labels: string; readonly value: number }[] = [];

  static async of(web: TestWeb): Promise<Scrape> {
    return new Scrape(await (await web.fetch("/metrics")).text());
  }

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const [, described, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      if (described !== undefined && type !== undefined) {
        this.types.set(described, type);
      }
      const [, name, labels = "", value] = /^([a-z_\d]+)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
      if (name !== undefined) {
        this.#samples.push({ name, labels, value: value === "+Inf" ? Infinity : Number(value) });
      }
    }
  }

  get series(): string[] {
    return this.#samples.map(({ name, labels }) => `${name}{${labels}}`);
  }

  /** The sum of the samples whose labels have all of these. */
  value(name: string, ...labels: readonly string[]): number | undefined {
    const found = this.#samples.filter(
      (one) => one.name === name && labels.every((label) => one.labels.includes(label)),
    );
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }
}

let web: TestWeb;
let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "nws-metrics-"));
  const log = (): void => undefined;
  web = await TestWeb.start({
    data,
    slowOperationMs: 60_000,
    logger: { debug: log, info: log, warn: log, error: log },
  });
});
afterAll(async () => {
  await web[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

describe("what is documented and what is there", () => {
  it("docs/monitoring.md has every metric with its type, and no other", async () => {
    const { types } = await Scrape.of(web);
    const page = await read("docs/monitoring.md");
    const documented = new Map(
      [...page.matchAll(/^\| `((?:nws|process|nodejs)_\w+)` +\| (counter|gauge|histogram) +\|/gm)].map(
        ([, name, type]) => [name!, type!],
      ),
    );
    const onlyLinux = /process_(virtual|heap|open|max)/;
    const expected = [...documented].filter(([name]) => process.platform === "linux" || !onlyLinux.test(name));
    expect(Object.fromEntries([...types].sort())).toEqual(Object.fromEntries(expected.sort()));
  });

  it("the dashboard is one that Grafana takes, and shows metrics that there are", async () => {
    const dashboard = JSON.parse(await read("packaging/grafana/networkspaces.json")) as {
      readonly title: string;
      readonly uid: string;
      readonly schemaVersion: number;
      readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
      readonly panels: readonly Panel[];
    };
    expect(dashboard).toMatchObject({ title: "NetWorkSpaces", uid: "networkspaces" });
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: "datasource", type: "datasource", query: "prometheus" }),
    );
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ type }) => type === "row").map(({ title }) => title)).toEqual([
      "Traffic",
      "Latency",
      "Waiting",
      "Memory",
      "Log and disk",
      "Limits and refusals",
    ]);
    for (const { type, title, gridPos, datasource, targets = [] } of panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true]);
      if (type !== "row") {
        expect([title, datasource?.uid, targets.length > 0]).toEqual([title, "${datasource}", true]);
      }
    }
    const { types } = await Scrape.of(web);
    const used = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => metricsIn(expr)));
    expect(used.filter((name) => !types.has(name))).toEqual([]);
    expect(used.length).toBeGreaterThan(panels.length);
  });

  it("the alerts are rules of Prometheus about metrics that there are", async () => {
    const { groups } = parse(await read("packaging/prometheus/alerts.yml")) as {
      readonly groups: readonly { readonly name: string; readonly rules: readonly Record<string, unknown>[] }[];
    };
    const { types } = await Scrape.of(web);
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(5);
    for (const { alert, expr, labels, annotations, ...rest } of rules) {
      expect([alert, labels]).toEqual([
        expect.stringMatching(/^NetWorkSpaces\w+$/),
        { severity: expect.stringMatching(/^(warning|critical)$/) as string },
      ]);
      expect([alert, annotations]).toEqual([alert, expect.objectContaining({ summary: expect.any(String) as string })]);
      expect([alert, Object.keys(rest).filter((key) => key !== "for")]).toEqual([alert, []]);
      const used = metricsIn(expr as string);
      expect([alert, used.filter((name) => name !== "up" && !types.has(name))]).toEqual([alert, []]);
      expect([alert, used.length > 0]).toEqual([alert, true]);
    }
  });
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
}

/** Names of metrics in an expression; those of a histogram without what its series add. */
function metricsIn(expr: string): string[] {
  const names = expr.match(/\b(?:nws|process|nodejs)_\w+|\bup\b/g) ?? [];
  return names.map((name) => name.replace(/_(bucket|sum|count)$/, ""));
}

it("operations count by verb and outcome, of both protocols; failures by code; what waits, how long", async () => {
  const before = await Scrape.of(web);
  const counted = async (name: string, ...labels: readonly string[]): Promise<number> =>
    ((await Scrape.of(web)).value(name, ...labels) ?? 0) - (before.value(name, ...labels) ?? 0);
  const ws = web.open("counted");
  const waiting = ws.fetch("x");
  await until(async () => ((await Scrape.of(web)).value("nws_waiting_operations") ?? 0) === 1);
  await ws.store("x", 1);
  await waiting;
  await ws.store("large", "x".repeat(200_000));
  await ws.storeAll("x", [1, 2]);
  expect(await ws.fetchTry("y")).toBeUndefined();
  await expect(ws.deleteVar("nothing")).rejects.toThrow("nothing");
  await expect(ws.fetch("y", { timeout: 1 })).rejects.toMatchObject({ code: "timed_out" });
  const multiplexed = (verb: string, outcome: string): Promise<number> =>
    counted("nws_operations_total", 'protocol="multiplexed"', `verb="${verb}"`, `outcome="${outcome}"`);
  expect(await multiplexed("fetch", "value")).toBe(1);
  expect(await multiplexed("fetch", "failed")).toBe(1);
  expect(await multiplexed("store", "done")).toBe(2);
  expect(await multiplexed("storeSeveral", "done")).toBe(1);
  expect(await multiplexed("fetchTry", "none")).toBe(1);
  expect(await multiplexed("deleteVar", "failed")).toBe(1);
  expect(await counted("nws_operation_failures_total", 'code="no_such_variable"')).toBe(1);
  expect(await counted("nws_operation_failures_total", 'code="timed_out"')).toBe(1);
  expect(await counted("nws_waiting_seconds_count")).toBe(2);

  const classic = await RawClassic.to({ host: "127.0.0.1", port: web.port });
  expect(await classic.short("open ws", "classic", "me", "no")).toBe(0);
  expect((await classic.long("findTry", "classic", "x")).status).toBe(1);
  expect(await classic.short("nonsense")).toBe(1);
  const ofClassic = (verb: string, outcome: string): Promise<number> =>
    counted("nws_operations_total", 'protocol="classic"', `verb="${verb}"`, `outcome="${outcome}"`);
  expect(await ofClassic("open", "done")).toBe(1);
  expect(await ofClassic("findTry", "none")).toBe(1);
  expect(await ofClassic("unknown", "failed")).toBe(1);
  const scrape = await Scrape.of(web);
  expect(scrape.value("nws_sessions", 'protocol="classic"')).toBe(1);
  expect(scrape.value("nws_sessions", 'protocol="multiplexed"')).toBe(1);
  classic.raw.destroy();
});

it("what is on the server, what went through it, and its log", async () => {
  const ws = new NetWorkSpace("kept", { serverPort: web.port, persistent: true, reconnect: false });
  await ws.store("x", "x".repeat(10_000));
  const lease = await ws.fetch("x", { lease: true });
  const scrape = await Scrape.of(web);
  for (const [name, least] of Object.entries({
    nws_workspaces: 2,
    nws_variables: 1,
    nws_values: 1,
    nws_booked_values: 1,
    nws_memory_bytes: 10_000,
    nws_received_bytes_total: 10_000,
    nws_sent_bytes_total: 10_000,
    nws_connections: 1,
    nws_log_syncs_total: 1,
    nws_log_written_bytes_total: 10_000,
    nws_log_write_seconds_count: 1,
    nws_log_disk_bytes: 10_000,
  })) {
    expect([name, scrape.value(name)! >= least]).toEqual([name, true]);
  }
  expect(scrape.value("nws_log_failed")).toBe(0);
  await lease.release();
  await ws.close();
  const after = await Scrape.of(web);
  expect(after.value("nws_received_bytes_total")).toBeGreaterThanOrEqual(scrape.value("nws_received_bytes_total")!);
});

it("names that programs choose are in no series", async () => {
  // (Node's own come when they have something to say.)
  const ours = async (): Promise<readonly string[]> =>
    (await Scrape.of(web)).series.filter((series) => series.startsWith("nws_"));
  const before = await ours();
  const ws = web.open("a-name-of-a-workspace");
  await ws.store("a-name-of-a-variable", 1);
  for (let n = 0; n < 20; n++) {
    await ws.store(`v${n}`, 1);
  }
  const after = await ours();
  expect(after.filter((series) => series.includes("a-name-of"))).toEqual([]);
  expect(after.length - before.length).toBeLessThan(20);
});

it("who is not let in is counted by reason", async () => {
  await using strict = await TestWeb.start({ tokensOnly: true });
  const good = await strict.token();
  const token = good.slice(0, -2) + (good.endsWith("AA") ? "BA" : "AA");
  await expect(strict.open("w", { token }).opened()).rejects.toMatchObject({ code: "not_authenticated" });
  expect((await strict.fetch("/api/me", { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
  const headers = { authorization: `Bearer ${await strict.token({ role: "read" })}` };
  const scrape = new Scrape(await (await strict.fetch("/metrics", { headers })).text());
  expect(scrape.value("nws_authentication_failures_total", 'reason="wrong_token"')).toBe(2);
});
