import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { index: "src/client/index.ts", server: "src/host/index.ts", nws: "src/cli/nws.ts" },
  platform: "node",
  target: "node20",
  dts: true,
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
  hash: false,
  sourcemap: true,
});
