import { encode as encodePng } from "fast-png";
import { range, Sleigh } from "../../src/sleigh/index.ts";
import type { Pages } from "./pages.ts";

/*
 * What the screenshots show: a forecast that is being computed, a shop's orders, pictures for a film, a sleigh that counts primes.
 */

/** Programs that work until `stop`. */
export interface Demo {
  /** The workspace of the sleigh. */
  readonly sleigh: string;
  stop(): Promise<void>;
}

export async function startDemo(pages: Pages): Promise<Demo> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const sleigh = new Sleigh({
    workerCount: 4,
    nwsHost: "127.0.0.1",
    nwsPort: pages.server.port,
    onOutput: () => undefined,
    onWarning: () => undefined,
  });
  const work = [forecast(pages, signal), shop(pages, signal), film(pages), primes(sleigh)];
  await sleigh.status({ timeout: 30_000 });
  return {
    sleigh: sleigh.nws.name,
    stop: async () => {
      stopping.abort();
      await sleigh.stop();
      await Promise.allSettled(work);
    },
  };
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Temperatures on a grid, time step by time step. */
async function forecast(pages: Pages, signal: AbortSignal): Promise<void> {
  const ws = pages.client("weather/europe", { label: "forecast.ts" });
  await pages.client("weather/pacific", { label: "forecast.ts" }).store("grid", new Float32Array(64 * 64));
  const station = pages.client("weather/stations", { label: "stations.py", useUse: true });
  const map = pages.client("weather/europe", { label: "map.ts", useUse: true });
  await ws.declare("latest", "single");
  await ws.store("settings", {
    model: "coarse",
    step: { minutes: 10 },
    area: { north: 71.2, south: 34.5, west: -11, east: 40.2 },
  });
  await ws.store(
    "stations",
    "name,country,height\nZugspitze,DE,2962\nSäntis,CH,2502\nSonnblick,AT,3106\nPic du Midi,FR,2877\n",
  );
  const tasks = Array.from({ length: 3 }, (_, worker) =>
    pages.client("weather/europe", { label: `cell worker ${worker + 1}`, useUse: true }),
  );
  for (const each of tasks) {
    void each.fetch("cells to compute").catch(() => undefined);
  }
  for (let step = 0; !signal.aborted; step++) {
    const temperatures = Float64Array.from(
      { length: 480 },
      (_, i) => Math.round(1000 * (9 + 6 * Math.sin((i + step) / 38) + 2 * Math.cos(i / 7))) / 1000,
    );
    await ws.store("latest", temperatures);
    await ws.store("frames", {
      step,
      at: new Date(Date.UTC(2026, 10, 29, 6, 10 * step)),
      warmest: 17.2,
      wind: [3, 5, 8],
    });
    await station.store("readings", {
      station: ["Zugspitze", "Säntis", "Sonnblick"][step % 3],
      celsius: -8.5 + (step % 7) / 2,
    });
    // The map is drawn now and then, of all that has come meanwhile.
    if (step % 30 === 29) {
      await Promise.all(Array.from({ length: 28 }, () => map.fetch("frames")));
    }
    await pause(60);
  }
}

async function shop(pages: Pages, signal: AbortSignal): Promise<void> {
  const till = pages.client("shop", { label: "till.ts" });
  const kitchen = pages.client("shop", { label: "kitchen.ts", useUse: true });
  const orders = ["2 × Margherita", "1 × Funghi", "Tiramisù", "4 × Espresso"];
  await till.storeAll("menu", orders);
  for (let number = 1; !signal.aborted; number++) {
    await till.store("orders", { number, order: orders[number % orders.length], table: 1 + (number % 12) });
    if (number % 4 !== 0) {
      await kitchen.fetch("orders");
      await kitchen.store("served", number);
    }
    await pause(25);
  }
}

/** Pictures, pickles and bytes: what viewers are for. */
async function film(pages: Pages): Promise<void> {
  const ws = pages.client("film/scene 12", { label: "render farm" });
  const [width, height] = [240, 135];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sun = Math.hypot(x - 170, y - 45) < 22;
      const hill = y > 95 + 14 * Math.sin(x / 28) - 8 * Math.cos(x / 11);
      data.set(
        hill ? [38, 70 + (y >> 1), 62] : sun ? [255, 214, 120] : [60 + y, 110 + (y >> 1), 190 - (y >> 2)],
        3 * (y * width + x),
      );
    }
  }
  await ws.store("pictures", encodePng({ width, height, data, channels: 3 }));
  await ws.store("pictures", { camera: "wide", frame: 1207, lens: { focus: 35, stop: 2.8 }, tags: ["dawn", "hills"] });
  await ws.store(
    "pictures",
    Float32Array.from({ length: 600 }, (_, i) => Math.sin(i / 30) * Math.exp(-i / 250)),
  );
  await ws.store("pictures", "take,camera,seconds\n1,wide,12.4\n2,wide,11.8\n3,close,7.25\n");
  await ws.store("pictures", "A dawn over hills.\nThe fog lifts.");
  await ws.store(
    "pictures",
    Uint8Array.from({ length: 4096 }, (_, i) => (i * 31) & 255),
  );
  void pages
    .client("film/scene 12", { label: "editor", useUse: true })
    .fetch("cuts")
    .catch(() => undefined);
}

async function primes(sleigh: Sleigh): Promise<void> {
  const countPrimes = (block: number): number => {
    let found = 0;
    for (let n = block * 20_000 + 1; n < (block + 1) * 20_000; n += 2) {
      let isPrime = n > 1;
      for (let d = 3; isPrime && d * d <= n; d += 2) {
        isPrime = n % d !== 0;
      }
      found += Number(isPrime);
    }
    if (block % 40 === 7) {
      process.stdout.write(`block ${block}: ${found} primes\n`);
    }
    if (block === 93) {
      throw new Error("block 93 has not enough memory");
    }
    return found;
  };
  await sleigh.eachElem(countPrimes, range(200), [], { onError: "return" });
  await sleigh.eachElem(countPrimes, range(40_000), [], { onError: "return" }).catch(() => undefined);
}
