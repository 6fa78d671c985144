import { expect, it } from "vitest";
import { killRounds } from "./kill-rounds.ts";

/** KILL_ROUNDS=200 kills more often; `npm run kill-rounds -- --rounds 200 --seed 7` says what it does. */
const rounds = Number(process.env["KILL_ROUNDS"] ?? 3);

it.skipIf(process.platform === "win32")(
  "a server that is killed loses nothing that it acknowledged, and gives nothing twice",
  { timeout: 60_000 + rounds * 10_000 },
  async () => {
    const { violations, stored } = await killRounds({ rounds, seed: 1, say: () => undefined });
    expect(violations).toEqual([]);
    expect(stored).toBeGreaterThan(0);
  },
);
