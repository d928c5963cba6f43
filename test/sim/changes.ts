import { dropInterface } from '../../lab/region/ec2/interfaces.ts';
import { dropVolume } from '../../lab/region/ec2/volumes.ts';
import { TAG } from '../../lib/names.ts';
import type { ClusterSpec, GroupSpec } from '../../lib/spec/spec.ts';
import { addIdentity } from './deployment.ts';
import type { Dice } from './dice.ts';
import { isManager, running } from './victims.ts';
import type { World } from './world.ts';

/** What operators do to a running cluster, at any moment: a strike like any other. */
export const CHANGES = {
  /** Another instance type: all machines of the group are to be replaced. Sometimes before the last roll-out is over. */
  'config-changed': async (world: World, dice: Dice) => {
    const group = dice.chance(0.4) ? 'managers' : 'workers';
    // A single manager is never replaced without an outage: that is refused, and the cluster stays as it is.
    if (group === 'managers' && world.truth.managerIds().length < 3) return undefined;
    const type = dice.pick(['t4g.small', 't4g.medium', 't4g.large']) ?? 't4g.small';
    await world.commit((spec) => withGroup(spec, group, { instanceType: type }));
    return `${group} are declared as ${type}`;
  },
  'update-policy-changed': async (world: World, dice: Dice) => {
    const surge = Math.floor(dice.random() * 3);
    const unavailable = Math.floor(dice.random() * 2);
    const onFailure = dice.chance(0.5) ? 'rollback' : 'pause';
    await world.commit((spec) => {
      const { workers } = spec.groups;
      if (workers === undefined) return spec;
      const update = {
        ...workers.update,
        maxSurge: { kind: 'count' as const, count: surge },
        maxUnavailable: { kind: 'count' as const, count: unavailable },
        onFailure: onFailure as 'rollback' | 'pause',
      };
      return withGroup(spec, 'workers', { update });
    });
    return `workers are rolled with surge ${surge}, unavailable ${unavailable}, and ${onFailure}`;
  },
  'labels-changed': async (world: World, dice: Dice) => {
    const group = dice.chance(0.4) ? 'managers' : 'workers';
    const tier = dice.pick(['gold', 'silver']) ?? 'gold';
    await world.commit((spec) => withGroup(spec, group, { labels: { tier } }));
    return `${group} are labelled ${tier}`;
  },
  /** Three managers, or five. */
  'managers-counted': async (world: World, dice: Dice) => {
    const five = world.truth.managerIds().length > 3;
    // With a state lost, three of five are no majority of the disks for sure: docs/reliability.md.
    if (five && world.lostStates.length > 0) return undefined;
    const taken = world.region.inside.ec2.interfaces.filter(
      ({ privateIp, tags }) => [...THREE, ...MORE].includes(privateIp) && tags.get(TAG.logicalId) !== privateIp,
    );
    // A machine without a fixed address was given it: the deployment would fail.
    if (taken.length > 0) return undefined;
    await declareManagers(world, five ? THREE : [...THREE, ...MORE], dice);
    return `${five ? 'three' : 'five'} managers are declared`;
  },
  'rollout-halted': async (world: World, dice: Dice) => {
    const group = dice.chance(0.4) ? 'managers' : 'workers';
    const hash = world.truth.desiredHash(group);
    if (hash === undefined) return undefined;
    await world.store.decideRollout(group, { hash, by: 'a person', reason: 'to look at it', at: world.clock.now() });
    return `someone halts the roll-out of ${group}`;
  },
  /** A machine is to be replaced although nothing about it changed. */
  'machine-ordered': async (world: World, dice: Dice) => {
    const machine = dice.pick(running(world));
    if (machine === undefined || (isManager(machine) && world.truth.managerIds().length < 3)) return undefined;
    const { id } = machine;
    const order = {
      instanceId: id,
      what: 'replace',
      by: 'a person',
      reason: 'to have it anew',
      at: world.clock.now(),
    } as const;
    world.truth.ordered.add(id);
    await world.store.decideOrder(id, order);
    return `someone orders that ${id} is replaced`;
  },
} as const;

const THREE = ['10.42.0.10', '10.42.1.10', '10.42.2.10'];
const MORE = ['10.42.0.210', '10.42.1.210'];

export function withGroup(spec: ClusterSpec, name: string, change: Partial<GroupSpec>): ClusterSpec {
  const group = spec.groups[name];
  if (group === undefined) throw new Error(`the spec has no group "${name}"`);
  return { ...spec, groups: { ...spec.groups, [name]: { ...group, ...change } } };
}

/** What `cdk deploy` does: new interfaces and volumes before the spec, what is dropped only when its machine is gone. */
export async function declareManagers(world: World, ids: readonly string[], dice: Dice): Promise<void> {
  const before = world.truth.managerIds();
  const { interfaces } = world.region.inside.ec2;
  for (const id of ids) {
    const there = interfaces.filter(({ tags }) => tags.get(TAG.logicalId) === id).length > 0;
    if (!there) addIdentity(world.region, world.truth.spec, 'managers', id);
  }
  await world.commit((spec) =>
    withGroup(spec, 'managers', { allocation: { kind: 'logicalIds', logicalIds: [...ids] } }),
  );
  for (const id of before) if (!ids.includes(id)) void cleanUp(world, id, dice.chance(0.5));
}

/** CloudFormation's clean-up, when the custom resource has said that the machine is gone. */
async function cleanUp(world: World, logicalId: string, keepsVolume: boolean): Promise<void> {
  const { ec2 } = world.region.inside;
  for (;;) {
    await world.clock.sleep(5_000);
    if (world.truth.managerIds().includes(logicalId)) return;
    if (world.truth.live().some(({ tags }) => tags.get(TAG.logicalId) === logicalId)) continue;
    const own = ec2.interfaces.filter(({ tags }) => tags.get(TAG.logicalId) === logicalId);
    const volumes = ec2.volumes.filter(({ tags }) => tags.get(TAG.logicalId) === logicalId);
    if ([...own, ...volumes].some(({ attachment }) => attachment !== undefined)) continue;
    if (volumes.some(({ tags }) => !tags.has(TAG.mark))) continue;
    for (const eni of own) dropInterface(ec2, eni);
    if (!keepsVolume) for (const volume of volumes) dropVolume(ec2, volume);
    world.timeline.add('user', `what belonged to ${logicalId} is deleted${keepsVolume ? ', its volume is kept' : ''}`);
    return;
  }
}
