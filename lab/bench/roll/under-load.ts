import type { Stage } from '../../demo/stage.ts';
import { Caller, type CallReport } from './caller.ts';
import { Watch } from './watch.ts';
import { type WriteReport, Writer } from './writer.ts';

/** What a client and a writer met while something was done to the cluster, and what the managers' list looked like. */
export interface UnderLoad<T> {
  readonly result: T;
  readonly seconds: number;
  readonly calls: CallReport;
  readonly writes: WriteReport;
  /** Acknowledged writes that are not in the Swarm at the end. */
  readonly lostWrites: readonly string[];
  /** The most managers that were in the list and not reachable at one moment. */
  readonly managersAway: number;
  /** Looks that found no majority of the listed managers reachable. */
  readonly looksWithoutQuorum: number;
}

/** Does something to the cluster while a client calls the service every 100 ms and a writer writes every second. @param name its own in this cluster */
export async function underLoad<T>(
  stage: Stage,
  name: string,
  work: (watch: Watch) => Promise<T>,
): Promise<UnderLoad<T>> {
  await using watch = new Watch(stage);
  await using caller = new Caller(stage);
  await using writer = new Writer(stage, name);
  const began = performance.now();
  const result = await work(watch);
  const seconds = (performance.now() - began) / 1000;
  const [calls, writes] = await Promise.all([caller.stop(), writer.stop()]);
  const configs = new Set(
    (await stage.engines.onManager(['docker', 'config', 'ls', '--format', '{{.Name}}'])).split('\n'),
  );
  return {
    result,
    seconds,
    calls,
    writes,
    lostWrites: writes.acknowledged.filter((name) => !configs.has(name)),
    managersAway: watch.mostAway(),
    looksWithoutQuorum: watch.withoutQuorum().length,
  };
}
