import { expect, it } from "vitest";
import { attackRounds, attacks } from "../../bench/load/attacks.ts";
import { soak } from "../../bench/load/soak.ts";

/** `npm run load` runs for long enough to tell; here it is only seen to work. */
it.skipIf(process.platform !== "linux")(
  "a soak run has all its clients at the end, and tells what has grown",
  async () => {
    const lines: string[] = [];
    const say = (line: string): number => lines.push(line);
    const faults = await soak({ minutes: 0.02, everySeconds: 0.3, idle: 20, busy: 4, rate: 50, say });
    expect(faults.filter((fault) => /gone|failed/.test(fault))).toEqual([]);
    expect(lines.filter((line) => /^(flat|GROWS) /.test(line))).toHaveLength(6);
  },
);

it.skipIf(process.platform !== "linux")("each attack is told with what others saw of it", async () => {
  const lines: string[] = [];
  const say = (line: string): number => lines.push(line);
  await attackRounds({ attacks, rounds: 1, seconds: 0.2, connectRate: 50, idle: 10, busy: 4, rate: 50, say });
  const verdicts = lines.filter((line) => /^(pass|FAIL) /.test(line));
  expect(verdicts.map((line) => line.split(" ")[1])).toEqual(attacks.map((attack) => `${attack}:`));
});
