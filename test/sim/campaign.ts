import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import type { SimulationResult } from './simulate.ts';

export interface CampaignOptions {
  readonly from: number;
  readonly seeds: number;
  /** @default as many as there are processors */
  readonly workers?: number;
  /** Ends after so many seeds with a violation. @default 20 */
  readonly mostFailures?: number;
  /** Told about once a second. */
  onProgress?(done: number, failures: number): void;
}

export interface Failure {
  readonly seed: number;
  readonly violations: SimulationResult['violations'];
}

export interface CampaignResult {
  readonly seeds: number;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  readonly coverage: Coverage;
  readonly calls: number;
  readonly virtualHours: number;
  /** The longest time from calm to whole, and the seed it was seen with. */
  readonly longest: { readonly seed: number; readonly milliseconds: number };
}

/** What a worker is asked, and what it answers. */
export interface Batch {
  readonly from: number;
  readonly seeds: number;
}
export interface BatchResult {
  readonly seeds: number;
  readonly failures: readonly Failure[];
  readonly coverage: readonly (readonly [string, number])[];
  readonly calls: number;
  readonly virtualMilliseconds: number;
  readonly longest: CampaignResult['longest'];
}

const BATCH = 25;
/** A world leaves much behind at once: with more room for what is young it is collected in fewer steps, a sixth faster. */
const MEMORY = { maxYoungGenerationSizeMb: 192 };

/** Runs seeds on all processors. Which worker has which seed changes nothing: each seed is a world of its own. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { from, seeds, mostFailures = 20, onProgress } = options;
  const started = performance.now();
  const failures: Failure[] = [];
  const coverage = new Coverage();
  let [done, calls, virtual, next] = [0, 0, 0, from];
  let longest = { seed: from, milliseconds: 0 };
  let toldAt = started;

  const take = (): Batch | undefined => {
    if (next >= from + seeds || failures.length >= mostFailures) return undefined;
    const batch = { from: next, seeds: Math.min(BATCH, from + seeds - next) };
    next += batch.seeds;
    return batch;
  };
  const collect = (result: BatchResult) => {
    done += result.seeds;
    calls += result.calls;
    virtual += result.virtualMilliseconds;
    failures.push(...result.failures);
    coverage.add(result.coverage);
    if (result.longest.milliseconds > longest.milliseconds) longest = result.longest;
    if (performance.now() - toldAt < 1_000) return;
    toldAt = performance.now();
    onProgress?.(done, failures.length);
  };
  const count = Math.min(options.workers ?? availableParallelism(), Math.ceil(seeds / BATCH));
  await Promise.all(Array.from({ length: count }, () => work(take, collect)));
  return {
    seeds: done,
    seconds: (performance.now() - started) / 1000,
    failures: failures.toSorted((a, b) => a.seed - b.seed),
    coverage,
    calls,
    virtualHours: virtual / 3_600_000,
    longest,
  };
}

/** One thread, from its first batch to the last. */
function work(take: () => Batch | undefined, collect: (result: BatchResult) => void): Promise<void> {
  const first = take();
  if (first === undefined) return Promise.resolve();
  const worker = new Worker(new URL('./campaign-worker.ts', import.meta.url), { resourceLimits: MEMORY });
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      void worker.terminate().then(settle);
    };
    worker.on('error', (error) => end(() => reject(error)));
    worker.on('message', (result: BatchResult) => {
      collect(result);
      const batch = take();
      if (batch === undefined) end(resolve);
      else worker.postMessage(batch);
    });
    worker.postMessage(first);
  });
}
