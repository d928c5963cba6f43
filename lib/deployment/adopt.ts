import { TAG } from '../names.ts';
import type { VolumeSeen } from '../observe/observation.ts';
import { readVolumes } from '../observe/volumes.ts';
import { type AdoptedVolumes, adoptionProblems, partialAdoption } from '../spec/adoption.ts';
import { pets } from '../spec/groups.ts';
import { zoneOf } from '../spec/network.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import { DeploymentError } from './errors.ts';
import type { DeploymentTools } from './tools.ts';

type Placed = Pick<CommittedSpec, 'spec' | 'deployment'>;

export function adoptedBy({ deployment }: Placed): AdoptedVolumes {
  return deployment.adoptedVolumes ?? {};
}

/**
 * Makes sure, before anything is launched, that each logical ID has one disk that is free and in its zone, adopted or new:
 * with two for one identity nobody could tell which of them is the older copy.
 * @throws DeploymentError `UnusableVolumes` with all that was found
 */
export async function refuseWrongVolumes(declared: Placed, { ec2, cluster }: DeploymentTools): Promise<void> {
  const { spec } = declared;
  const adopted = adoptedBy(declared);
  const volumes = (await readVolumes(ec2, cluster)).filter(({ state }) => state !== 'deleting' && state !== 'deleted');
  const problems = [
    ...adoptionProblems(spec, adopted),
    ...partialAdoption(spec, adopted),
    ...Object.entries(adopted).flatMap(([logicalId, id]) => whyUnusable(declared, volumes, logicalId, id, cluster)),
    ...pets(spec).flatMap(({ logicalId }) => whyAmbiguous(volumes, logicalId)),
  ];
  if (problems.length === 0) return;
  throw new DeploymentError('UnusableVolumes', `${problems.join('; ')}. Nothing was launched`);
}

/** What was adopted once stays so: another volume under the same identity would be another state. @throws DeploymentError */
export function refuseOtherAdoption(before: Placed, after: Placed): void {
  const known = new Set(pets(before.spec).map(({ logicalId }) => logicalId));
  const [was, is] = [adoptedBy(before), adoptedBy(after)];
  const others = pets(after.spec)
    .map(({ logicalId }) => logicalId)
    .filter((logicalId) => known.has(logicalId) && was[logicalId] !== is[logicalId]);
  if (others.length === 0) return;
  const former = others.map((logicalId) => `${logicalId}: ${was[logicalId] ?? "the stack's own"}`).join(', ');
  throw new DeploymentError(
    'UnusableVolumes',
    `adoptVolumes is chosen with the first deployment and stays; it was another before: ${former}. Put it back`,
  );
}

function whyUnusable(
  { spec, deployment }: Placed,
  volumes: readonly VolumeSeen[],
  logicalId: string,
  id: string,
  cluster: string,
): string[] {
  const volume = volumes.find((one) => one.id === id);
  if (volume?.logicalId !== logicalId) {
    const tags = `Key=${TAG.cluster},Value=${cluster} Key=${TAG.logicalId},Value=${logicalId}`;
    return [
      `${id} is not there, or does not carry the tags of ${logicalId} in this cluster; if it is its disk: aws ec2 create-tags --resources ${id} --tags ${tags}`,
    ];
  }
  if (volume.mark !== undefined) {
    return [`${id} is marked as ${volume.mark}: what it holds must not come back as ${logicalId}`];
  }
  if (volume.state !== 'available') {
    return [`${id} is ${volume.state}${volume.attachedTo === undefined ? '' : `, attached to ${volume.attachedTo}`}`];
  }
  const zone = deployment.subnets[zoneOf(spec.network, logicalId) ?? -1]?.zone;
  return volume.zone === zone ? [] : [`${id} is in ${volume.zone}, and ${logicalId} in ${zone}: copy it by a snapshot`];
}

function whyAmbiguous(volumes: readonly VolumeSeen[], logicalId: string): string[] {
  const own = volumes.filter((one) => one.logicalId === logicalId && one.mark === undefined).map(({ id }) => id);
  if (own.length < 2) return [];
  return [
    `several volumes carry the tag of ${logicalId}: ${own.sort().join(', ')}; give the one that is to come back in adoptVolumes, and take the tag ${TAG.logicalId} off the others`,
  ];
}
