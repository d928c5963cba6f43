import { ownEntry } from '../plan/world.ts';
import type { CommittedSpec, GroupSpec, PinnedImage } from '../spec/spec.ts';
import { suggest } from '../spec/suggest.ts';
import { OperateError } from './errors.ts';

export interface NamedGroup {
  readonly name: string;
  readonly spec: GroupSpec;
  readonly image: PinnedImage;
}

/** @throws OperateError `UnknownGroup` */
export function groupNamed({ spec, images }: Pick<CommittedSpec, 'spec' | 'images'>, name: string): NamedGroup {
  const group = ownEntry(spec.groups, name);
  const image = ownEntry(images, name);
  if (group !== undefined && image !== undefined) return { name, spec: group, image };
  const names = Object.keys(spec.groups).sort();
  const meant = suggest(name, names);
  const remedy = meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${meant}?`;
  throw new OperateError('UnknownGroup', `cluster "${spec.cluster}" has no group "${name}"`, remedy);
}
