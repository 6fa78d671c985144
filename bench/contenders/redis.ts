import { Redis } from "ioredis";
import { unsupported, type Address, type Connection, type Value } from "./contender.ts";

/** ioredis as its documentation recommends it: auto-pipelining where many commands are in flight. */
export async function connectRedis({ host, port, manyInFlight, valueKind }: Address): Promise<Connection> {
  const redis = new Redis({ host, port, enableAutoPipelining: manyInFlight, lazyConnect: true });
  await redis.connect();
  const isText = valueKind === "text";
  const fetch = isText ? redis.lpop.bind(redis) : redis.lpopBuffer.bind(redis);
  const fetchWaiting = isText ? redis.blpop.bind(redis) : redis.blpopBuffer.bind(redis);
  return {
    store: isText
      ? (variable, value) => redis.rpush(variable, value as string)
      : (variable, value) => redis.rpush(variable, asBuffer(value as Uint8Array)),
    fetch: fetch as (variable: string) => Promise<Value>,
    fetchWaiting: async (variable) => (await fetchWaiting(variable, 0))![1],
    declare: unsupported("declare"),
    deleteVar: (variable) => redis.del(variable),
    close: () => {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
