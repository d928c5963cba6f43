import type { Draft } from './draft.ts';
import type { Occupant } from './pets.ts';
import { type PlanInput, volumesInOrder } from './world.ts';

/**
 * A disk that was marked when its logical ID was declared no longer, and came back with it: as soon as its machine is
 * healthy, it is nobody's no more. With the mark it would not be brought back for a quorum, nor chosen for a recovery.
 *
 * @param well ids of machines that are healthy
 */
export function planReturnedVolumes(
  input: PlanInput,
  draft: Draft,
  occupants: readonly Occupant[],
  well: ReadonlySet<string>,
): void {
  const users = new Map(
    occupants.filter(({ complete, instance }) => complete && well.has(instance.id)).map((one) => [one.logicalId, one]),
  );
  for (const { id, logicalId = '', mark, attachedTo } of volumesInOrder(input)) {
    if (mark !== 'retired' || attachedTo === undefined || users.get(logicalId)?.instance.id !== attachedTo) continue;
    const reason = `${logicalId} is declared again, and ${attachedTo} works on its disk`;
    draft.act({ kind: 'unmarkVolume', volumeId: id, logicalId, reason });
  }
}
