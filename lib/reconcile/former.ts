import type { Records } from '../plan/records.ts';
import { type FormerGroup, ownEntry } from '../plan/world.ts';
import type { Store } from '../store/store.ts';

/** The last good configuration of each group whose roll-out is halted: what is lost meanwhile comes back with it. */
export async function formerGroups(
  store: Pick<Store, 'version'>,
  { rollouts }: Pick<Records, 'rollouts'>,
): Promise<ReadonlyMap<string, FormerGroup>> {
  const halted = [...rollouts.values()].filter(({ halt, good }) => halt !== undefined && good !== undefined);
  const groups = await Promise.all(
    halted.map(async ({ group, good }): Promise<[string, FormerGroup][]> => {
      const committed = good === undefined ? undefined : await store.version(good.version);
      const spec = ownEntry(committed?.spec.groups ?? {}, group);
      const image = ownEntry(committed?.images ?? {}, group);
      if (committed === undefined || spec === undefined || image === undefined) return [];
      return [[group, { version: committed.version, spec, image }]];
    }),
  );
  return new Map(groups.flat());
}
