import { parseArgs } from "node:util";
import { machineLine } from "../bench/harness/table.ts";
import { machineFacts } from "../bench/harness/machine.ts";
import { type Attack, attackRounds, attacks } from "../bench/load/attacks.ts";
import { soak } from "../bench/load/soak.ts";

/** `npm run load`: many clients for a long time; `npm run load -- --attack all`: what others see of a client that means no good. */
const usage = `npm run load -- [options]
  --minutes M       how long (default 30)
  --idle N          connections that do nothing (default 10000; 1000 with --attack)
  --busy N          clients that store and fetch (default 64)
  --rate N          operations a second of each of these (default 100; 0: as many as there can be)
  --every SECONDS   between two lines (default: a sixtieth of the time)
  --attack NAME     instead: ${attacks.join(", ")}, or all
  --rounds N        of each attack (default 5)
  --seconds S       of each of the three parts of a round (default 5)
  --connects N      connections a second of the attack connects (default 1000)
  --dist FOLDER     another build of the product, to compare
  --help`;

/** Exit code 0: as it should be; 1: not; 2: wrong options. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "30" },
      idle: { type: "string" },
      busy: { type: "string", default: "64" },
      rate: { type: "string", default: "100" },
      every: { type: "string" },
      attack: { type: "string" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      connects: { type: "string", default: "1000" },
      dist: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const chosen = values.attack === "all" ? attacks : attacks.filter((attack: Attack) => attack === values.attack);
  const minutes = Number(values.minutes);
  const everySeconds = Number(values.every ?? Math.max(1, minutes));
  const plan = {
    idle: Number(values.idle ?? (values.attack === undefined ? 10_000 : 1000)),
    busy: Number(values.busy),
    rate: Number(values.rate),
    dist: values.dist,
    say: (line: string) => console.log(line),
  };
  const attackPlan = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    connectRate: Number(values.connects),
  };
  const numbers = [minutes, everySeconds, plan.idle, plan.busy, plan.rate, ...Object.values(attackPlan)];
  const isRight = numbers.every((number) => number >= 0) && (values.attack === undefined || chosen.length > 0);
  if (values.help || !isRight) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  console.log(machineLine(machineFacts()));
  const faults = await (values.attack === undefined
    ? soak({ ...plan, minutes, everySeconds })
    : attackRounds({ ...plan, ...attackPlan, attacks: chosen }));
  console.log(faults.length === 0 ? "all as it should be" : `NOT AS IT SHOULD BE: ${faults.join("; ")}`);
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = await main();
