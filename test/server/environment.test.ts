import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readEnvironment } from "../../src/host/environment.ts";
import { startServer } from "../../src/host/index.ts";
import { serve } from "./harness.ts";
import { RawMultiplexed } from "./raw-multiplexed.ts";

describe("the environment", () => {
  it("gives port, temporary folder and the size of long values", () => {
    expect(readEnvironment({})).toEqual({ port: undefined, tmpDir: undefined, longValueBytes: undefined });
    expect(readEnvironment({ NWS_SERVER_PORT: "", NWS_TMP_DIR: "", NWS_LONG_VALUE_SIZE: "" })).toEqual(
      readEnvironment({}),
    );
    const given = { NWS_SERVER_PORT: "9000", NWS_TMP_DIR: "/some/where", NWS_LONG_VALUE_SIZE: "1000" };
    expect(readEnvironment(given)).toEqual({ port: 9000, tmpDir: "/some/where", longValueBytes: 1000 });
  });

  it("is refused by name where it makes no sense", () => {
    expect(() => readEnvironment({ NWS_SERVER_PORT: "http" })).toThrow(/NWS_SERVER_PORT is 'http'/);
    expect(() => readEnvironment({ NWS_SERVER_PORT: "65536" })).toThrow(/NWS_SERVER_PORT/);
    expect(() => readEnvironment({ NWS_LONG_VALUE_SIZE: "-1" })).toThrow(/NWS_LONG_VALUE_SIZE/);
  });

  it("is honoured by a server", async () => {
    await using folder = await serve();
    const before = { ...process.env };
    process.env["NWS_TMP_DIR"] = folder.tmpDir;
    process.env["NWS_LONG_VALUE_SIZE"] = "1000";
    process.env["NWS_SERVER_PORT"] = "0";
    try {
      await using server = await startServer();
      const client = await RawMultiplexed.ready(server);
      await client.upload(1, Buffer.alloc(1001));
      expect(readdirSync(folder.tmpDir)).toHaveLength(1);
      client.raw.destroy();
    } finally {
      process.env = before;
    }
  });
});
