// service.mjs: answers requests, for ever. Start as many as you like.
import { setTimeout as sleep } from "node:timers/promises";
import { NetWorkSpace } from "networkspaces";

const methods = {
  add: (a, b) => a + b,
  later: (seconds, value) => sleep(1000 * seconds, value),
  root: (x) => {
    if (x < 0) {
      throw new RangeError(`no root of ${x}`);
    }
    return Math.sqrt(x);
  },
};

const ws = new NetWorkSpace("calculator", { useUse: true, reconnect: { graceMs: 2000 } });

async function answer({ method, args }) {
  try {
    if (!Object.hasOwn(methods, method)) {
      throw new TypeError(`there is no method '${method}'`);
    }
    return { result: await methods[method](...args) };
  } catch (error) {
    return { error };
  }
}

for (;;) {
  const request = await ws.fetch("requests", { lease: true });
  // An answer for which nobody waits any more goes after a minute.
  await request.complete(request.value.reply, await answer(request.value), { ttl: 60_000 });
}
