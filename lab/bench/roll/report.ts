import { table } from '../../cli/output.ts';
import type { Floor } from './floor.ts';
import type { Resize } from './resize.ts';
import type { Replaced, Roll } from './roll.ts';
import type { UnderLoad } from './under-load.ts';

/** What `--report` writes. */
export interface RollReport {
  readonly machines: 'real' | 'simulated';
  readonly roll: UnderLoad<Roll>;
  readonly floor: Floor;
  readonly resizes: readonly UnderLoad<Resize>[];
}

export function rollText({ roll, floor, resizes }: RollReport): string {
  const { replaced, workerSeconds, managerSeconds, sameManagerNodes } = roll.result;
  const managers = replaced.filter(({ group }) => group === 'managers');
  const workers = replaced.filter(({ group }) => group === 'workers');
  const stages = [roll, ...resizes].map(({ seconds, calls, writes, lostWrites, managersAway }, index) => [
    index === 0
      ? `roll ${managers.length} managers, ${workers.length} workers`
      : `to ${resizes[index - 1]?.result.managers} managers`,
    seconds.toFixed(0),
    `${calls.failures.length} of ${calls.calls}`,
    `${writes.failures.length} of ${writes.writes}`,
    String(writes.withoutLeader),
    String(writes.longestMs),
    String(lostWrites.length),
    String(managersAway),
  ]);
  const header = [
    '',
    's',
    'failed calls',
    'failed writes',
    'met no leader',
    'longest write ms',
    'lost',
    'managers away',
  ];
  return [
    ...table(header, stages),
    '',
    `a manager: ${mean(managers, 'awaySeconds')} s from its drain to reachable again; by a script ${(floor.stopSeconds + floor.backSeconds).toFixed(1)} s (${floor.stopSeconds.toFixed(1)} of them a clean stop)`,
    `a worker: ${mean(workers, 'bootSeconds')} s from its launch to ready; all ${workers.length} replaced ${workerSeconds.toFixed(0)} s after the commit`,
    `managers: all ${managers.length} replaced ${managerSeconds.toFixed(0)} s after the commit; ${sameManagerNodes ? 'the same nodes as before' : 'NOT the same nodes'}`,
    ...resizes.map(
      ({ result }) =>
        `${result.steps.join(' → ')} managers; of ${result.volumesGone} disks that went, ${result.snapshots} snapshots are kept`,
    ),
  ].join('\n');
}

function mean(replaced: readonly Replaced[], what: 'awaySeconds' | 'bootSeconds'): string {
  const seconds = replaced.flatMap((one) => one[what] ?? []);
  return seconds.length === 0 ? '?' : (seconds.reduce((sum, value) => sum + value, 0) / seconds.length).toFixed(1);
}
