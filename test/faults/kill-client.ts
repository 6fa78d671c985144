import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError, ConnectionLostError, NetWorkSpace } from "../../src/client/index.ts";
import type { Plan, Report } from "./kill-reports.ts";

/** One of the programs that store and fetch while the server is killed: `node kill-client.ts PLAN`. It reports to its parent. */

const STORES_UNDER_WAY = 8;
const LONG_TEXT = "x".repeat(200_000);
/** Every so many values are long. */
const LONG_EVERY = 25;

interface Numbered {
  readonly n: number;
  readonly pad?: string;
}

const plan = JSON.parse(process.argv[2]!) as Plan;
let isStopped = false;
process.on("message", () => {
  isStopped = true;
});
process.on("disconnect", () => process.exit());

function report(what: Report): void {
  process.send!(what);
}

let lastNumber = plan.after;

async function produce(ws: NetWorkSpace): Promise<void> {
  await Promise.all(
    Array.from({ length: STORES_UNDER_WAY }, async () => {
      while (!isStopped) {
        const n = ++lastNumber;
        const value: Numbered = plan.hasLong && n % LONG_EVERY === 0 ? { n, pad: LONG_TEXT } : { n };
        report({ kind: "sent", n });
        await ws.store(plan.variable, value);
        report({ kind: "stored", n });
      }
    }),
  );
}

/** A value is certainly gone when two more have come: the confirmation of the first went out with the request for the third. */
async function consumePlainly(ws: NetWorkSpace): Promise<void> {
  const unconfirmed: number[] = [];
  while (!isStopped) {
    const { n } = (await ws.fetch(plan.variable)) as Numbered;
    report({ kind: "got", n });
    unconfirmed.push(n);
    if (unconfirmed.length > 2) {
      report({ kind: "taken", n: unconfirmed.shift()! });
    }
  }
}

async function consumeOnLease(ws: NetWorkSpace): Promise<void> {
  while (!isStopped) {
    const lease = await ws.fetch(plan.variable, { lease: true });
    const { n } = lease.value as Numbered;
    report({ kind: "got", n });
    await lease.ack();
    report({ kind: "taken", n });
  }
}

const work = { produce, consumePlainly, consumeOnLease }[plan.role];
while (!isStopped) {
  const ws = new NetWorkSpace("kept", {
    serverHost: "127.0.0.1",
    serverPort: plan.port,
    persistent: true,
    reconnect: plan.survives ? { graceMs: 20_000, maxBackoffMs: 200 } : false,
  });
  let isOpen = false;
  try {
    await ws.opened();
    isOpen = true;
    await work(ws);
  } catch (error) {
    const isExpected = error instanceof ConnectionLostError || error instanceof ConnectError;
    if ((plan.survives && isOpen) || !isExpected) {
      report({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
    await sleep(20);
  }
  await ws.close().catch(() => undefined);
}
report({ kind: "ended" });
process.disconnect();
