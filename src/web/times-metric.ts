import { Histogram, type Registry } from "prom-client";
import type { TimeBuckets } from "../server/tally.ts";

interface Bucket {
  readonly labels: { readonly le?: number | string };
  readonly value: number;
  readonly metricName: string;
}

/** Shows times that were counted elsewhere, as a histogram of Prometheus. `times`: asked at each scrape. */
export class TimesMetric extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #times: () => TimeBuckets | undefined;

  constructor(name: string, help: string, registry: Registry, times: () => TimeBuckets | undefined) {
    super({ name, help, registers: [registry] });
    this.#name = name;
    this.#help = help;
    this.#times = times;
  }

  /** What the registry asks for. (The library's types do not tell.) */
  getForPromString(): Promise<object> {
    return Promise.resolve({ name: this.#name, help: this.#help, type: "histogram", values: this.#buckets() });
  }

  #buckets(): Bucket[] {
    const times = this.#times();
    if (times === undefined) {
      return [];
    }
    const { bounds, cumulative, count, sumSeconds } = times;
    const bucket = `${this.#name}_bucket`;
    return [
      ...bounds.map((le, at) => ({ labels: { le }, value: cumulative[at]!, metricName: bucket })),
      { labels: { le: "+Inf" }, value: count, metricName: bucket },
      { labels: {}, value: sumSeconds, metricName: `${this.#name}_sum` },
      { labels: {}, value: count, metricName: `${this.#name}_count` },
    ];
  }
}
