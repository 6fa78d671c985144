import { setTimeout as sleep } from "node:timers/promises";
import { processorTimes } from "../harness/machine.ts";
import { median } from "../harness/statistics.ts";
import type { Attack, AttackFigures } from "../programs/attacker.ts";
import type { Turns } from "../programs/server-probe.ts";
import { Stage, type StagePlan } from "./stage.ts";

export { type Attack, attacks } from "../programs/attacker.ts";

/** So many times as long as with the same attack elsewhere, at most, may the slowest hundredth of the others' operations take. */
export const MOST_TIMES = 2;

/** So long after an attack it is seen what is left of it; so much may be (code that was compiled, for one). */
const AFTERWARDS_MS = 1000;
const MOST_LEFT_MIB = 8;
const MOST_LEFT_DESCRIPTORS = 4;

/** A machine that has less to spare without an attack is somebody else's, too. */
const LEAST_IDLE = 0.4;

export interface AttackRunPlan extends StagePlan {
  readonly attacks: readonly Attack[];
  readonly rounds: number;
  /** Of each part of a round. */
  readonly seconds: number;
  /** Of `connects`: connections a second. */
  readonly connectRate: number;
}

/** What the other clients saw. */
interface Part {
  /** The part of the machine's processor time that nobody used, 0 to 1. */
  readonly idle: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly attack?: AttackFigures;
}

/** One round: without an attack; with one on a server that throws all away; with one on the server that is measured. */
interface Round {
  readonly without: Part;
  readonly elsewhere: Part;
  readonly here: Part;
  readonly turns: Turns;
}

/** Attacks a server and tells what the others see of it. Returns what is not as it should be. */
export async function attackRounds(plan: AttackRunPlan): Promise<readonly string[]> {
  const { rounds, seconds, connectRate, say } = plan;
  await using stage = await Stage.begin(plan);
  const attacker = stage.attacker();
  const sink = stage.attacker();
  const targets = {
    elsewhere: { host: stage.server.host, port: await sink.call("sink") },
    here: { host: stage.server.host, port: stage.server.port },
  };
  say(
    `${plan.busy} clients with ${plan.rate} operations a second each, beside ${plan.idle} idle ones; ${stage.whereabouts}`,
  );
  say(`each part ${seconds} s; "elsewhere": the same attack, on a server in another process that throws all away`);
  await stage.fill();
  const part = async (attack?: Attack, target?: keyof typeof targets): Promise<Part> => {
    if (attack !== undefined) {
      await attacker.call("begin", { target: targets[target!], attack, rate: connectRate });
    }
    // (The first moments belong to the change.)
    await sleep(100 * Math.min(1, seconds));
    await stage.busy.call("take");
    const before = processorTimes();
    await sleep(seconds * 1000);
    const after = processorTimes();
    const idle = (after.idle - before.idle) / (after.total - before.total);
    const { p50Ms, p99Ms } = await stage.busy.call("take");
    const figures = attack === undefined ? undefined : await attacker.call("end");
    return { idle, p50Ms, p99Ms, ...(figures !== undefined && { attack: figures }) };
  };
  await part();
  const first = await stage.server.call("take");
  const faults: string[] = [];
  for (const attack of plan.attacks) {
    const done: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const without = await part();
      const elsewhere = await part(attack, "elsewhere");
      const here = await part(attack, "here");
      await attacker.call("begin", { target: targets.here, attack, rate: connectRate });
      const turns = await stage.server.call("turns", { ms: seconds * 250 });
      await attacker.call("end");
      done.push({ without, elsewhere, here, turns });
      say(
        `${attack} ${round}: p99 ${milliseconds(without.p99Ms)} without, ${milliseconds(elsewhere.p99Ms)} elsewhere, ` +
          `${milliseconds(here.p99Ms)} with it (p50 ${milliseconds(without.p50Ms)}, ${milliseconds(here.p50Ms)}); ${extent(here.attack!)}`,
      );
    }
    const p99 = (which: "without" | "elsewhere" | "here"): string =>
      milliseconds(median(done.map((round) => round[which].p99Ms)));
    const times = median(done.map(({ here, elsewhere }) => here.p99Ms / elsewhere.p99Ms));
    const isFine = times <= MOST_TIMES;
    say(
      `${isFine ? "pass" : "FAIL"} ${attack}: p99 of the others ${p99("without")} without, ${p99("elsewhere")} with the attack elsewhere ` +
        `(what sharing the machine costs), ${p99("here")} with it here: ${times.toFixed(2)} times elsewhere, at most ${MOST_TIMES}`,
    );
    const { halfMs, nearlyAllMs } = done.at(-1)!.turns;
    say(
      `     ${attack}: half of the server's processor time goes in turns of its event loop of up to ${milliseconds(halfMs)}, ` +
        `95 % in turns of up to ${milliseconds(nearlyAllMs)}`,
    );
    // (Those connections end now that the server has not yet seen the end of.)
    await sleep(AFTERWARDS_MS);
    const left = await stage.server.call("take");
    const objects = (left.heapBytes - first.heapBytes) / 2 ** 20;
    const descriptors = left.descriptors - first.descriptors;
    say(
      `     ${attack}: afterwards ${objects.toFixed(1)} MiB of objects and ${descriptors} file descriptors more than at first`,
    );
    if (objects > MOST_LEFT_MIB || descriptors > MOST_LEFT_DESCRIPTORS) {
      faults.push(`${attack}: ${objects.toFixed(1)} MiB of objects and ${descriptors} file descriptors are left of it`);
    }
    const idle = median(done.map(({ without }) => without.idle));
    if (idle < LEAST_IDLE) {
      say(
        `     ${attack}: without it the machine was idle for ${Math.round(idle * 100)} % of the time: others use it, and latencies say little`,
      );
    }
    if (!isFine) {
      faults.push(`${attack}: p99 is ${times.toFixed(2)} times what it is with the attack elsewhere`);
    }
  }
  return faults;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(2)} ms`;
}

function extent({ seconds, sentBytes, connections }: AttackFigures): string {
  return `${(sentBytes / seconds / 2 ** 20).toFixed(1)} MiB/s, ${(connections / seconds).toFixed(0)} connections/s`;
}
