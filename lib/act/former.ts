import type { FormerGroup } from '../plan/world.ts';
import type { CommittedSpec, GroupSpec, PinnedImage } from '../spec/spec.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, failed } from './outcome.ts';

/** The newest spec, with one group configured as a version had it: the newest itself, or its last good one. */
export function committedAsOf(
  version: number,
  group: string,
  { committed, former }: Pick<ActContext, 'committed' | 'former'>,
): CommittedSpec | ActionOutcome {
  if (version === committed.version) return committed;
  const known = former.get(group);
  const newest = Object.hasOwn(committed.spec.groups, group) ? committed.spec.groups[group] : undefined;
  if (known?.version === version && newest !== undefined) return withConfiguration(committed, group, newest, known);
  const has = known === undefined ? 'no former configuration' : `that of version ${known.version}`;
  const message = `group "${group}" is to be launched as in version ${version}; at hand are version ${committed.version} and ${has}; plan again`;
  return failed('NoSuchVersion', message, 'soon');
}

/**
 * How a machine is made comes from the former group; how many there are, and how they are replaced, stays as it is: those may
 * have been changed since, and a manager that was added must not go because an image is taken back.
 */
export function withConfiguration(
  committed: CommittedSpec,
  name: string,
  newest: GroupSpec,
  former: Pick<FormerGroup, 'spec'> & { readonly image: PinnedImage },
): CommittedSpec {
  const group = { ...former.spec, allocation: newest.allocation, update: newest.update };
  return {
    ...committed,
    spec: { ...committed.spec, groups: { ...committed.spec.groups, [name]: group } },
    images: { ...committed.images, [name]: former.image },
  };
}
