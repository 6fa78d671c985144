import { defineConfig } from "tsdown";

export default defineConfig([
  {
    entry: {
      index: "src/client/index.ts",
      browser: "src/client/browser.ts",
      server: "src/host/index.ts",
      sleigh: "src/sleigh/index.ts",
      nws: "src/cli/nws.ts",
      // Started as a process, or as a thread, by its name: src/sleigh/launchers/worker-script.ts.
      worker: "src/sleigh/worker/worker-entry.ts",
      // Started as a thread by its name: src/sleigh/worker/thread-entry.ts.
      "task-thread": "src/sleigh/worker/task-thread.ts",
    },
    platform: "node",
    target: "node20",
    dts: true,
    outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
    hash: false,
    // What several doors share must not take the name of one of them: the types of `index` lost theirs.
    outputOptions: { chunkFileNames: "shared-[name].js" },
    sourcemap: true,
  },
  {
    // For pages without a bundler, as one module: a server has it at /client.js.
    entry: { client: "src/client/browser.ts" },
    outDir: "dist/web",
    platform: "browser",
    target: "es2022",
    minify: true,
    dts: false,
    outExtensions: () => ({ js: ".js" }),
    hash: false,
  },
]);
