import type { Records } from '../plan/records.ts';
import { petSlot } from '../plan/world.ts';
import { cattle, pets } from '../spec/groups.ts';
import type { ClusterSpec } from '../spec/spec.ts';

/** What was declared before and is not any more, as far as machines were ever launched for it. */
export interface Dropped {
  readonly logicalIds: ReadonlySet<string>;
  /** Groups that counted by size. */
  readonly groups: ReadonlySet<string>;
}

/**
 * @param before every declaration that this one may have taken the place of: what CloudFormation had, and what was in
 * force. The two differ when somebody else committed meanwhile, and when a request comes a second time.
 */
export function droppedFrom(
  before: readonly ClusterSpec[],
  after: ClusterSpec,
  launches: Records['launches'],
): Dropped {
  const declared = new Set(pets(after).map(({ logicalId }) => logicalId));
  const launched = new Set([...launches.values()].map(({ group }) => group));
  const logicalIds = before
    .flatMap(pets)
    .map(({ logicalId }) => logicalId)
    .filter((logicalId) => !declared.has(logicalId) && launches.has(petSlot(logicalId)));
  const groups = before
    .flatMap(cattle)
    .map(({ group }) => group)
    .filter((group) => !Object.hasOwn(after.groups, group) && launched.has(group));
  return { logicalIds: new Set(logicalIds), groups: new Set(groups) };
}

export function isNothing({ logicalIds, groups }: Dropped): boolean {
  return logicalIds.size + groups.size === 0;
}
