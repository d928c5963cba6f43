import { managerGroup, pets } from './groups.ts';
import type { ClusterSpec } from './spec.ts';

/** Volumes that are there already, by the logical ID that is to have them. */
export type AdoptedVolumes = Readonly<Record<string, string>>;

/** What is wrong with the choice in itself. */
export function adoptionProblems(spec: ClusterSpec, adopted: AdoptedVolumes): readonly string[] {
  const declared = pets(spec).map(({ logicalId }) => logicalId);
  const problems = Object.keys(adopted)
    .filter((name) => !declared.includes(name))
    .map((name) => `${name} is not declared; there are ${declared.join(', ')}`);
  const volumes = Object.values(adopted);
  if (new Set(volumes).size === volumes.length) return problems;
  return [...problems, 'a volume is named twice; each belongs to one logical ID'];
}

/**
 * Where a Swarm begins, all of its managers are adopted, or none: beside newer disks an older copy of a manager's state
 * would come back as that manager, and acknowledged writes could be lost with it. Managers that are added later have
 * nothing to adopt.
 */
export function partialAdoption(spec: ClusterSpec, adopted: AdoptedVolumes): readonly string[] {
  const { allocation } = managerGroup(spec).group;
  const managers = allocation.kind === 'logicalIds' ? allocation.logicalIds : [];
  const missing = managers.filter((logicalId) => adopted[logicalId] === undefined);
  if (missing.length === 0 || missing.length === managers.length) return [];
  return [
    `the managers ${missing.join(', ')} are not among them: give the volumes of all managers, or of none, as an older disk must not come back beside newer ones`,
  ];
}
