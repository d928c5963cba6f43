import { haltOf } from '../plan/config.ts';
import type { PlanInput } from '../plan/world.ts';
import type { FieldChange, Refusal } from './change-preview.ts';

/** Changes that are no matter of the controller's: they need other resources, which only the stack can make. */
export function needsDeploy(changes: readonly FieldChange[]): readonly Refusal[] {
  return changes
    .filter(({ effect }) => effect === 'deploy')
    .map(({ path, from, to }) => ({
      code: 'needs-deploy',
      what: `${path}: ${from} → ${to}`,
      why: 'it takes network interfaces, disks, roles or subnets that only the stack can make or remove',
      remedy: 'write it into the declared cluster and run `npx cdk deploy`',
    }));
}

/** What stands in the way of everything. */
export function standing({ records, committed }: PlanInput): readonly Refusal[] {
  const what = `all changes of ${committed.spec.cluster}`;
  if (records.mode === 'removing') {
    const why = 'the cluster is being taken down';
    return [{ code: 'removing', what, why, remedy: 'deploy the stack again to keep it' }];
  }
  if (records.recovery !== undefined) {
    const why = `${records.recovery.by} has the Swarm recovered from ${records.recovery.survivor}; nothing else is done meanwhile`;
    return [{ code: 'recovering', what, why, remedy: 'wait for its end: `everswarm status`' }];
  }
  return [];
}

export function haltedRollout(input: PlanInput, group: string, outdated: number): Refusal | undefined {
  const halt = haltOf(input, group);
  if (halt === undefined) return undefined;
  return {
    code: 'halted',
    what: `the roll-out of ${group}, ${outdated} machines to go`,
    why: `halted by ${halt.by}: ${halt.reason}`,
    remedy: `\`everswarm rollout resume ${group}\` to go on, \`everswarm rollout undo ${group}\` to go back`,
  };
}

/** Replacing one of so few takes the quorum away. */
export function tooFewManagers(group: string, managers: number): Refusal {
  return {
    code: 'no-majority',
    what: `the replacement of ${group}`,
    why: `${managers === 1 ? 'the only manager' : 'one of two managers'} can't be replaced without an outage of the Swarm`,
    remedy: 'declare three managers first; or, taking the outage, end its machine by hand',
  };
}
