import type { Clock } from '../../../lib/clock.ts';

/** Which metric: the same name with other dimensions is another one. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export type Statistic = 'SampleCount' | 'Average' | 'Sum' | 'Minimum' | 'Maximum';
export const STATISTICS: readonly Statistic[] = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'];

interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

interface Series {
  readonly id: MetricId;
  samples: Sample[];
}

/** So long a sample is kept; CloudWatch keeps minutes for 15 days. */
const KEPT_MS = 6 * 3_600_000;

/** What was measured, in memory. */
export class MetricStore {
  readonly #clock: Clock;
  readonly #series = new Map<string, Series>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param at milliseconds since the epoch. @default now */
  put(id: MetricId, value: number, at = this.#clock.now()): void {
    const key = keyOf(id);
    const series = this.#series.get(key) ?? { id, samples: [] };
    this.#series.set(key, series);
    series.samples.push({ at, value });
    const oldest = this.#clock.now() - KEPT_MS;
    if (series.samples.some((sample) => sample.at < oldest)) {
      series.samples = series.samples.filter((sample) => sample.at >= oldest);
    }
  }

  list(): readonly MetricId[] {
    return [...this.#series.values()].map(({ id }) => id);
  }

  /**
   * One value for each period, the oldest first; `undefined` where nothing was measured.
   * @param end milliseconds since the epoch: the last period ends there
   */
  statistics(
    id: MetricId,
    statistic: Statistic,
    { periodMs, periods, end }: { readonly periodMs: number; readonly periods: number; readonly end: number },
  ): readonly (number | undefined)[] {
    const samples = this.#series.get(keyOf(id))?.samples ?? [];
    const begin = end - periods * periodMs;
    const buckets = Array.from({ length: periods }, (): number[] => []);
    for (const { at, value } of samples) {
      if (at >= begin && at < end) buckets[Math.floor((at - begin) / periodMs)]?.push(value);
    }
    return buckets.map((values) => (values.length === 0 ? undefined : aggregate(statistic, values)));
  }
}

function aggregate(statistic: Statistic, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'SampleCount':
      return values.length;
    case 'Average':
      return sum / values.length;
    case 'Sum':
      return sum;
    case 'Minimum':
      return Math.min(...values);
    case 'Maximum':
      return Math.max(...values);
  }
}

function keyOf({ namespace, name, dimensions }: MetricId): string {
  const sorted = Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}
