import type { Records } from '../plan/records.ts';
import { petSlot } from '../plan/world.ts';
import { pets } from '../spec/groups.ts';
import { zoneOf } from '../spec/network.ts';
import type { ClusterSpec, Deployment } from '../spec/spec.ts';
import { DeploymentError } from './errors.ts';

interface Placed {
  readonly spec: ClusterSpec;
  readonly deployment: Deployment;
}

/**
 * Refuses a declaration that would take a pet's interface and disk away under its machine.
 *
 * CloudFormation deletes what the new template lacks, or replaces, as soon as the custom resource's Update succeeded, and
 * doesn't ask whether a machine still holds it: a manager would be lost to the quorum. Answered with a failure, it rolls
 * back and deletes nothing. A pet that was never launched holds nothing and is no member of the Swarm: it may go, so that
 * an addition that failed half-way can be rolled back.
 *
 * @throws DeploymentError `MachinesUprooted`
 */
export function refuseToUproot(before: Placed, after: Placed, launches: Records['launches']): void {
  const uprooted = pets(before.spec)
    .filter(({ logicalId }) => launches.has(petSlot(logicalId)))
    .flatMap(({ logicalId, group }) => {
      const why = uprooting(logicalId, before, after);
      return why === undefined ? [] : [`${logicalId} (group "${group}") ${why}`];
    });
  if (uprooted.length === 0) return;
  throw new DeploymentError(
    'MachinesUprooted',
    `${uprooted.join('; ')}: CloudFormation would take away the interface and the disk of a machine that may be running, and a manager with them. A running cluster can't give up a logical ID yet; nothing was changed. Declare it as it was and deploy again, or remove the whole stack and deploy anew`,
  );
}

/** What would become of the pet; `undefined`: it stays where it is. */
function uprooting(logicalId: string, before: Placed, after: Placed): string | undefined {
  const flavorNow = flavorOf(logicalId, after.spec);
  if (flavorNow === undefined) return 'is no longer declared';
  if (flavorOf(logicalId, before.spec) === 'swarm-manager' && flavorNow !== 'swarm-manager') {
    return 'is no longer a manager';
  }
  const from = subnetOf(logicalId, before);
  const to = subnetOf(logicalId, after);
  return from === to ? undefined : `would move from ${from ?? 'no subnet'} to ${to ?? 'no subnet'}`;
}

function flavorOf(logicalId: string, spec: ClusterSpec) {
  const pet = pets(spec).find((one) => one.logicalId === logicalId);
  return pet === undefined ? undefined : spec.groups[pet.group]?.flavor;
}

function subnetOf(logicalId: string, { spec, deployment }: Placed): string | undefined {
  const index = zoneOf(spec.network, logicalId);
  return index === undefined ? undefined : deployment.subnets[index]?.id;
}
