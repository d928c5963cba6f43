import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { LIMITS } from './limits.ts';
import { named } from './named.ts';
import type { WholeView } from './swarm-view.ts';
import { type PlanInput, petSlot } from './world.ts';

const HOUR = 3_600_000;

/**
 * Replaces the Swarm's join tokens by new ones: from time to time, and after each manager that had to be launched anew,
 * as whoever has its old machine has its tokens. Only where nothing else is to be done or waited for, with every manager
 * healthy: a machine that joins meanwhile would come with a token that is refused.
 */
export function planRotation(input: PlanInput, draft: Draft, view: WholeView, managers: readonly Manager[]): void {
  const reason = whyDue(input, managers);
  if (reason === undefined || !draft.isIdle) return;
  if (managers.some(({ health }) => health.kind !== 'healthy')) return;
  draft.act({ kind: 'rotateTokens', instanceId: view.via, reason });
}

function whyDue({ committed, records, now }: PlanInput, managers: readonly Manager[]): string | undefined {
  const { rotation, genesis, launches } = records;
  const since = rotation?.at ?? genesis?.claimedAt;
  if (since === undefined) return undefined;
  const replaced = managers
    .map(({ logicalId }) => logicalId)
    .filter((logicalId) => {
      const launch = launches.get(petSlot(logicalId));
      return launch !== undefined && launch.generation > 1 && launch.intendedAt > since;
    });
  if (replaced.length > 0) return `${named(replaced)} got a new machine: who has the old one has the join tokens`;
  const hours = committed.deployment.tokenRotationHours ?? LIMITS.tokenRotationHours;
  if (now - since < hours * HOUR) return undefined;
  return `the join tokens are ${Math.floor((now - since) / HOUR)} hours old`;
}
