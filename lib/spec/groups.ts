import type { ClusterSpec, GroupSpec } from './spec.ts';

/** The one group with the flavor `swarm-manager`. @throws Error when the spec did not come from `parseSpec` or `reviveSpec` */
export function managerGroup(spec: ClusterSpec): { readonly name: string; readonly group: GroupSpec } {
  for (const [name, group] of Object.entries(spec.groups)) {
    if (group.flavor === 'swarm-manager') return { name, group };
  }
  throw new Error(`cluster "${spec.cluster}" has no group with the flavor swarm-manager; validate a spec before use`);
}

/** Every logical ID with its group, in the order of declaration. */
export function pets(spec: ClusterSpec): { readonly logicalId: string; readonly group: string }[] {
  return Object.entries(spec.groups).flatMap(([name, { allocation }]) =>
    allocation.kind === 'logicalIds' ? allocation.logicalIds.map((logicalId) => ({ logicalId, group: name })) : [],
  );
}

/** Every group that counts by number, in the order of declaration. */
export function cattle(spec: ClusterSpec): { readonly group: string; readonly size: number }[] {
  return Object.entries(spec.groups).flatMap(([name, { allocation }]) =>
    allocation.kind === 'size' ? [{ group: name, size: allocation.size }] : [],
  );
}
