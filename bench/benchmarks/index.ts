import type { Benchmark } from "./benchmark.ts";
import { crowd } from "./crowd.ts";
import { feed } from "./feed.ts";
import { large } from "./large.ts";
import { disk, restart, snapshots } from "./kept.ts";
import { memory } from "./memory.ts";
import {
  askedWho,
  classicProtocol,
  durableStores,
  durableStoresAlone,
  encrypted,
  encryptedOneAtATime,
  fiftyConnections,
  manyInFlight,
  oneAtATime,
} from "./pairs.ts";
import { pause } from "./pause.ts";
import { pingPong } from "./ping-pong.ts";
import { automaticChunks, millisecondTasks, oneByOne, taskAlone } from "./pools.ts";
import { exported, hotLoop, primes, workersReady } from "./sleigh.ts";
import { startup } from "./startup.ts";

/** In the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  manyInFlight,
  oneAtATime,
  fiftyConnections,
  pingPong,
  classicProtocol,
  askedWho,
  encrypted,
  encryptedOneAtATime,
  durableStores,
  durableStoresAlone,
  memory,
  crowd,
  feed,
  large,
  pause,
  restart,
  disk,
  snapshots,
  startup,
  oneByOne,
  automaticChunks,
  taskAlone,
  millisecondTasks,
  primes,
  workersReady,
  exported,
  hotLoop,
];
