import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { LIMITS } from './limits.ts';
import { named } from './named.ts';
import type { WholeView } from './swarm-view.ts';
import { type PlanInput, petSlot } from './world.ts';

const HOUR = 3_600_000;

/**
 * Replaces the Swarm's join tokens by new ones: from time to time, and after each manager that was launched anew, as
 * whoever has its old machine has its tokens. Only where nothing else is to be done or waited for, with every manager
 * healthy and none about to be rolled: a machine that joins meanwhile would come with a token that is refused.
 */
export function planRotation(input: PlanInput, draft: Draft, view: WholeView, managers: readonly Manager[]): void {
  const reason = whyDue(input, managers);
  if (reason === undefined || !draft.isIdle || draft.isHeld('rollout')) return;
  if (managers.some(({ health }) => health.kind !== 'healthy')) return;
  const record = { at: input.now, generations: generationsOf(input, managers) };
  draft.act({ kind: 'rotateTokens', instanceId: view.via, record, reason });
}

function whyDue(input: PlanInput, managers: readonly Manager[]): string | undefined {
  const { rotation, genesis } = input.records;
  const replaced = Object.entries(generationsOf(input, managers))
    .filter(([logicalId, generation]) => generation > (rotation?.generations[logicalId] ?? 1))
    .map(([logicalId]) => logicalId);
  if (replaced.length > 0) return `${named(replaced)} got a new machine: who has the old one has the join tokens`;
  const since = rotation?.at ?? genesis?.claimedAt;
  const hours = input.committed.deployment.tokenRotationHours ?? LIMITS.tokenRotationHours;
  if (since === undefined || input.now - since < hours * HOUR) return undefined;
  return `the join tokens are ${Math.floor((input.now - since) / HOUR)} hours old`;
}

function generationsOf({ records }: PlanInput, managers: readonly Manager[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    managers.map(({ logicalId }) => [logicalId, records.launches.get(petSlot(logicalId))?.generation ?? 1]),
  );
}
