import assert from 'node:assert/strict';
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { DescribeInstanceInformationCommand } from '@aws-sdk/client-ssm';
import { TAG } from '../../../lib/names.ts';
import type { ClusterSpec, FlavorName, GroupSpec } from '../../../lib/spec/spec.ts';
import { setStage } from './cluster-stage.ts';
import type { DeployedWorld } from './deployed-world.ts';
import type { Roles } from './roles.ts';

export interface Life {
  /** How the product failed, by its own word or by what it left undone; `undefined`: it did everything. */
  readonly failure: string | undefined;
  /** Methods of the store that each function called: what they need of the table. */
  readonly remembered: Readonly<Record<'reconcile' | 'deployment', ReadonlySet<string>>>;
}

/**
 * Everything that a cluster goes through, by the product's own functions on their roles' credentials: it is deployed,
 * loses a manager, a worker and a volume, is made smaller, and is removed. It ends with the first failure.
 *
 * @param spec with one group of each flavor
 */
export async function live(world: DeployedWorld, roles: Roles, spec: ClusterSpec): Promise<Life> {
  const { clock, region, administrator } = world;
  const stage = await setStage(world, roles, spec.cluster);
  const { request, untilWhole, running, kill, act, fail, remembered } = stage;
  const groupOf = (flavor: FlavorName): string => {
    const [name] = Object.entries(spec.groups).find(([, group]) => group.flavor === flavor) ?? [];
    assert.ok(name !== undefined, `the spec has no group of flavor ${flavor}`);
    return name;
  };
  const [managers, workers] = [groupOf('swarm-manager'), groupOf('swarm-worker')];

  const workerGroup = spec.groups[workers];
  assert.ok(workerGroup?.allocation.kind === 'size');
  const fewer = { kind: 'size', size: workerGroup.allocation.size - 1 } as const;
  const withWorkers = (change: Partial<GroupSpec>): ClusterSpec => ({
    ...spec,
    groups: { ...spec.groups, [workers]: { ...workerGroup, labels: { disk: 'ssd' }, ...change } },
  });
  const labelled = withWorkers({});
  const { [groupOf('vanilla')]: _, ...groups } = withWorkers({ allocation: fewer }).groups;
  const smaller: ClusterSpec = { ...spec, groups };
  async function change(what: string, declared: ClusterSpec): Promise<void> {
    const since = clock.now();
    await request('Update', declared);
    await untilWhole(what, declared, since);
  }

  const steps: readonly (() => Promise<unknown>)[] = [
    () => request('Create', spec),
    async () => {
      if (!world.invoked.includes(roles.reconcile.name)) fail('nobody woke the reconciler');
    },
    // An operator opens a shell on any of them, through its agent.
    async () => {
      const answer = await administrator.ssm.send(new DescribeInstanceInformationCommand({}));
      const online = new Set(answer.InstanceInformationList?.map(({ InstanceId }) => InstanceId));
      for (const { instanceId, tags } of region.ec2.instances()) {
        if (!online.has(instanceId)) fail(`the agent of a machine of ${tags[TAG.group]} is not online`);
      }
    },
    () => kill(managers),
    () => untilWhole('the lost manager is back', spec),
    () => kill(workers),
    () => untilWhole('another worker has come for the lost one', spec),
    () => change('every worker has its new label', labelled),
    () => change('there is one worker less, and no bastion', smaller),
    () => stage.rest(),
    async () => {
      const logicalId = running(managers)[0]?.tags[TAG.logicalId] ?? '';
      const zone = running(managers)[0]?.zone ?? '';
      const volume = { logicalId, group: managers, zone, lostVolumeId: undefined, token: 'lost' };
      await act({ kind: 'createVolume', ...volume, reason: 'the volume is lost' });
    },
    async () => {
      const Filters = [{ Name: `tag:${TAG.logicalId}`, Values: ['*'] }];
      const { Volumes = [] } = await administrator.ec2.send(new DescribeVolumesCommand({ Filters }));
      const volume = Volumes.find(({ State }) => State === 'available');
      const logicalId = volume?.Tags?.find(({ Key }) => Key === TAG.logicalId)?.Value ?? '';
      const disk = { volumeId: volume?.VolumeId ?? '', logicalId };
      await act({ kind: 'markVolume', ...disk, mark: 'retired', reason: 'it is kept' });
      await act({ kind: 'unmarkVolume', ...disk, reason: 'it is in use again' });
      await act({ kind: 'markVolume', ...disk, mark: 'stale', reason: 'its state must not come back' });
    },
    async () => {
      const answered = await request('Delete', smaller);
      if (answered?.['KeptVolumes'] === undefined)
        fail('the volume in place of the lost one is not named at its removal');
    },
    async () => {
      const left = region.ec2.instances().filter(({ state }) => state !== 'terminated');
      if (left.length > 0) fail(`${left.length} machines are left`);
      const tokens = [...region.inside.ssm.parameters.keys()].filter((name) => name.includes('/join-token/'));
      if (tokens.length > 0) fail(`join tokens are left: ${tokens.join(', ')}`);
    },
  ];
  for (const step of steps) {
    if (stage.failure === undefined) await step();
  }
  await stage.rest();
  return { failure: stage.failure, remembered };
}
