import { Worker, type WorkerOptions } from "node:worker_threads";

/** This package runs from its source, not built: then a loader for TypeScript must be there first. */
const isSource = import.meta.url.endsWith(".ts");

/** Starts the module of this folder with that name as a thread. */
export function startThread(name: string, options: WorkerOptions): Worker {
  if (!isSource) {
    return new Worker(new URL(`./${name}.js`, import.meta.url), options);
  }
  const loader = import.meta.resolve("tsx/esm/api");
  const module = new URL(`./${name}.ts`, import.meta.url).href;
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => (register(), import(${JSON.stringify(module)})))`;
  return new Worker(code, { ...options, eval: true });
}
