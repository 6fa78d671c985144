import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    pool: "forks",
    // Tests that run side by side are programs that start workers.
    maxConcurrency: 2,
    // Servers of the tests are not to use what the user's own servers keep.
    env: { XDG_DATA_HOME: join(tmpdir(), `nws-tests-${userInfo().username}`) },
  },
});
