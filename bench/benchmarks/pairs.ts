import { rateBenchmark } from "./rates.ts";

export const manyInFlight = rateBenchmark({
  name: "in-flight",
  title: "store+fetch of 64 bytes, 1 connection, 128 in flight",
  contenders: ["networkspaces", "redis", "echo"],
  connections: 1,
  lanes: 128,
  targets: [
    ["networkspaces", "redis", 4],
    ["networkspaces", "echo", 0.5],
  ],
});

export const oneAtATime = rateBenchmark({
  name: "one",
  title: "store+fetch of 64 bytes, 1 connection, one at a time",
  contenders: ["networkspaces", "redis", "echo"],
  connections: 1,
  lanes: 1,
  targets: [
    ["networkspaces", "redis", 1],
    ["networkspaces", "echo", 0.75],
  ],
});

export const fiftyConnections = rateBenchmark({
  name: "fifty",
  title: "store+fetch of 64 bytes, 50 connections, one at a time each",
  contenders: ["networkspaces", "redis", "echo"],
  connections: 50,
  lanes: 1,
  targets: [
    ["networkspaces", "redis", 1],
    ["networkspaces", "echo", 0.5],
  ],
});

export const durableStores = rateBenchmark({
  name: "durable",
  title: "durable store of 64 bytes (synced before it is acknowledged), 64 connections, one at a time each",
  contenders: ["networkspaces", "redis"],
  connections: 64,
  lanes: 1,
  isDurable: true,
  targets: [["networkspaces", "redis", 1]],
});

export const durableStoresAlone = rateBenchmark({
  name: "durable-one",
  title: "durable store of 64 bytes (synced before it is acknowledged), 1 connection, one at a time",
  contenders: ["networkspaces", "redis"],
  connections: 1,
  lanes: 1,
  isDurable: true,
  targets: [["networkspaces", "redis", 0.8]],
});

const overTls = {
  contenders: ["networkspaces-tls", "echo-tls", "networkspaces", "echo"],
  connections: 1,
} as const;

export const encrypted = rateBenchmark({
  ...overTls,
  name: "tls",
  title: "store+fetch of 64 bytes over TLS, 1 connection, 128 in flight",
  lanes: 128,
  targets: [["networkspaces-tls", "echo-tls", 0.5]],
});

export const encryptedOneAtATime = rateBenchmark({
  ...overTls,
  name: "tls-one",
  title: "store+fetch of 64 bytes over TLS, 1 connection, one at a time",
  lanes: 1,
  targets: [["networkspaces-tls", "echo-tls", 0.75]],
});

export const askedWho = rateBenchmark({
  name: "login",
  title: "store+fetch of 64 bytes, 1 connection, 128 in flight: after a login against a server that asks nobody",
  contenders: ["networkspaces", "networkspaces-open"],
  connections: 1,
  lanes: 128,
  targets: [["networkspaces", "networkspaces-open", 0.97]],
});

export const classicProtocol = rateBenchmark({
  name: "classic",
  title: "store+fetch of 64 bytes, 8 connections, one at a time each: classic against multiplexed protocol",
  contenders: ["classic", "networkspaces"],
  connections: 8,
  lanes: 1,
  targets: [["classic", "networkspaces", 0.9]],
});
