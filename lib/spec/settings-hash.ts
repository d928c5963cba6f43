import { createHash } from 'node:crypto';
import type { GroupSpec } from './spec.ts';

/**
 * 12 hex digits of everything of a group that its running machines are given in place, without being replaced: the
 * labels of their engines, in whatever order they are written. What needs another machine is in `config-hash.ts`.
 */
export function settingsHash(group: Pick<GroupSpec, 'labels'>): string {
  const labels = Object.entries(group.labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 12);
}
