// call.mjs: asks a service, and waits for its answer
import { randomUUID } from "node:crypto";

/** Resolves with what the service's method returns. Rejects with what it throws; TimeoutError when there is no answer in time. */
export async function call(ws, method, args, { timeout = 10_000 } = {}) {
  const reply = `reply ${randomUUID()}`; // where we wait, and nobody else
  try {
    await ws.store("requests", { method, args, reply }, { ttl: timeout });
    const { result, error } = await ws.fetch(reply, { timeout });
    if (error !== undefined) {
      throw error;
    }
    return result;
  } finally {
    await ws.deleteVar(reply).catch(() => undefined);
  }
}
