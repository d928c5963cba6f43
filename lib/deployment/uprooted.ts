import type { Records } from '../plan/records.ts';
import { petSlot } from '../plan/world.ts';
import { cattle, pets } from '../spec/groups.ts';
import { zoneOf } from '../spec/network.ts';
import type { ClusterSpec, Deployment } from '../spec/spec.ts';
import { DeploymentError } from './errors.ts';

interface Placed {
  readonly spec: ClusterSpec;
  readonly deployment: Deployment;
}

/**
 * Refuses a declaration that would take a machine's interface, disk or role away while the machine is to stay: a pet in
 * another subnet, a manager that becomes something else, a group by number that becomes one by logical IDs.
 *
 * CloudFormation makes such a resource anew and deletes the old one as soon as the custom resource's Update succeeded, and
 * doesn't ask whether a machine still holds it. Answered with a failure, it rolls back and deletes nothing. What is dropped
 * altogether is another matter: its machines are waited out (`await-gone.ts`).
 *
 * @throws DeploymentError `MachinesUprooted`
 */
export function refuseToUproot(before: Placed, after: Placed, launches: Records['launches']): void {
  const uprooted = [
    ...pets(before.spec)
      .filter(({ logicalId }) => launches.has(petSlot(logicalId)))
      .flatMap(({ logicalId, group }) => {
        const why = uprooting(logicalId, before, after);
        return why === undefined ? [] : [`${logicalId} (group "${group}") ${why}`];
      }),
    ...turned(before.spec, after.spec, launches),
  ];
  if (uprooted.length === 0) return;
  throw new DeploymentError(
    'MachinesUprooted',
    `${uprooted.join('; ')}: CloudFormation would take away what a machine that stays is made of; nothing was changed. Declare it as it was and deploy again. What is to be otherwise is declared under another address or group name: the new one comes, and the old one is taken out`,
  );
}

/** What would become of the pet; `undefined`: it stays where it is, or goes. */
function uprooting(logicalId: string, before: Placed, after: Placed): string | undefined {
  const flavorNow = flavorOf(logicalId, after.spec);
  if (flavorNow === undefined) return undefined;
  if (flavorOf(logicalId, before.spec) === 'swarm-manager' && flavorNow !== 'swarm-manager') {
    return 'is no longer a manager';
  }
  const from = subnetOf(logicalId, before);
  const to = subnetOf(logicalId, after);
  return from === to ? undefined : `would move from ${from ?? 'no subnet'} to ${to ?? 'no subnet'}`;
}

/** Groups whose machines would be nobody's: the planner accounts for a declared group's machines by how it counts. */
function turned(before: ClusterSpec, after: ClusterSpec, launches: Records['launches']): string[] {
  const launched = new Set([...launches.values()].map(({ group }) => group));
  return cattle(before)
    .filter(({ group }) => launched.has(group) && after.groups[group]?.allocation.kind === 'logicalIds')
    .map(({ group }) => `group "${group}" counts by logical IDs, and did by size`);
}

function flavorOf(logicalId: string, spec: ClusterSpec) {
  const pet = pets(spec).find((one) => one.logicalId === logicalId);
  return pet === undefined ? undefined : spec.groups[pet.group]?.flavor;
}

function subnetOf(logicalId: string, { spec, deployment }: Placed): string | undefined {
  const index = zoneOf(spec.network, logicalId);
  return index === undefined ? undefined : deployment.subnets[index]?.id;
}
