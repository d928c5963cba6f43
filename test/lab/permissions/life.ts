import assert from 'node:assert/strict';
import { DescribeVolumesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeInstanceInformationCommand } from '@aws-sdk/client-ssm';
import { handleRequest } from '../../../lib/deployment/handle.ts';
import { TAG } from '../../../lib/names.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { serializeSpec } from '../../../lib/spec/json.ts';
import type { ClusterSpec, FlavorName, GroupSpec } from '../../../lib/spec/spec.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import { assembleReconciler, runController } from './controller.ts';
import type { DeployedWorld } from './deployed-world.ts';
import { deploymentOf } from './deployment-of.ts';
import type { Roles } from './roles.ts';
import { type Noted, watched } from './watched-store.ts';

/** Virtual milliseconds. A step that takes longer has failed. */
const PATIENCE = 3 * 60_000;
const FUNCTION_TIME = 2.5 * 60_000;

export interface Life {
  /** How the product failed, by its own word or by what it left undone; `undefined`: it did everything. */
  readonly failure: string | undefined;
  /** Commands that Systems Manager refused, as the machine's agent was not there. */
  readonly futile: number;
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
  const { cluster } = spec;
  const remembered = { reconcile: new Set<string>(), deployment: new Set<string>() };
  let failure: string | undefined;
  let status: Noted['status'];
  const fail = (what: string): void => {
    failure ??= what;
  };
  const note = (noted: Noted): void => {
    status = noted.status ?? status;
    if (noted.complaint !== undefined) fail(`the event log says: ${noted.complaint}`);
  };

  const memory = createMemoryStore({ clock, cluster });
  const shared = { clock, cluster };
  const controller = {
    ...shared,
    store: watched(memory, remembered.reconcile, note),
    ...world.clientsOf({ kind: 'function', ...roles.reconcile }),
  };
  const deployment = {
    ...shared,
    store: watched(memory, remembered.deployment, note),
    reconcileFunction: roles.reconcile.name,
    ...world.clientsOf({ kind: 'function', ...roles.deployment }),
  };
  const where = await deploymentOf(world, cluster);

  /** One request of CloudFormation, to its answer. */
  async function request(type: 'Create' | 'Update' | 'Delete', declared: ClusterSpec): Promise<void> {
    const outcome = await handleRequest({
      event: {
        RequestType: type,
        RequestId: type,
        ResponseURL: 'https://answers.example/',
        StackId: 'stack',
        LogicalResourceId: 'Deployment',
        ResourceProperties: { Cluster: cluster, Spec: serializeSpec(declared), Deployment: where },
      },
      remaining: FUNCTION_TIME,
      clock,
      put: async () => 200,
      makeTools: () => ({ ...deployment, owner: `deployment/${type}` }),
    });
    if (outcome.status === 'FAILED') fail(`${type} was answered: ${outcome.reason}`);
  }

  /** Runs virtual time until the work is done. */
  async function during(work: Promise<unknown>): Promise<void> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    work.then(end, end);
    await clock.run(() => ended || failure !== undefined, 2 * FUNCTION_TIME);
    if (ended) await work;
  }

  async function until(what: string, holds: () => boolean): Promise<void> {
    const came = await clock.run(() => holds() || failure !== undefined, PATIENCE);
    if (!came) fail(`not within ${PATIENCE / 60_000} minutes: ${what}`);
  }

  const running = (group: string) =>
    region.ec2.instances().filter(({ state, tags }) => state === 'running' && tags[TAG.group] === group);
  const groupOf = (flavor: FlavorName): string => {
    const [name] = Object.entries(spec.groups).find(([, group]) => group.flavor === flavor) ?? [];
    assert.ok(name !== undefined, `the spec has no group of flavor ${flavor}`);
    return name;
  };
  const [managers, workers] = [groupOf('swarm-manager'), groupOf('swarm-worker')];

  /** Until the controller says, of a later moment, that everything declared is there. */
  async function untilWhole(what: string, declared: ClusterSpec, since = clock.now()): Promise<void> {
    const complete = () =>
      Object.entries(declared.groups).every(([name, { allocation }]) => {
        const number = allocation.kind === 'size' ? allocation.size : allocation.logicalIds.length;
        return running(name).length === number;
      });
    await until(what, () => status?.whole === true && status.at > since && complete());
  }

  const kill = (group: string) =>
    administrator.ec2.send(
      new TerminateInstancesCommand({
        InstanceIds: running(group)
          .slice(0, 1)
          .map((one) => one.instanceId),
      }),
    );

  /** An action that no step calls for, carried out by the controller under its lease. */
  async function act(action: Action): Promise<void> {
    const { committed, records } = await memory.memory();
    const acquired = await memory.acquire('reconcile/act');
    assert.ok(committed !== undefined && acquired.acquired, 'there is a spec, and the controller rests');
    const context = { committed, records, former: new Map(), lease: acquired.lease };
    const outcome = await assembleReconciler(controller, 'reconcile/act').perform(action, context);
    await memory.release(acquired.lease, acquired.wanted);
    if (!outcome.ok) fail(`${action.kind}: ${outcome.code}: ${outcome.message}`);
  }

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
    await during(request('Update', declared));
    await untilWhole(what, declared, since);
  }
  let over = false;
  const control = runController(
    controller,
    () => over,
    (error) => fail(`the reconciler threw ${String(error)}`),
  );

  const steps: readonly (() => Promise<unknown>)[] = [
    () => during(request('Create', spec)),
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
    async () => {
      over = true;
      await during(control);
    },
    async () => {
      const logicalId = running(managers)[0]?.tags[TAG.logicalId] ?? '';
      const zone = running(managers)[0]?.zone ?? '';
      const volume = { logicalId, group: managers, zone, lostVolumeId: undefined, token: 'lost' };
      await during(act({ kind: 'createVolume', ...volume, reason: 'the volume is lost' }));
    },
    async () => {
      const Filters = [{ Name: `tag:${TAG.logicalId}`, Values: ['*'] }];
      const { Volumes = [] } = await administrator.ec2.send(new DescribeVolumesCommand({ Filters }));
      const volume = Volumes.find(({ State }) => State === 'available');
      const logicalId = volume?.Tags?.find(({ Key }) => Key === TAG.logicalId)?.Value ?? '';
      const marked = { volumeId: volume?.VolumeId ?? '', logicalId, mark: 'stale' as const };
      await during(act({ kind: 'markVolume', ...marked, reason: 'its state must not come back' }));
    },
    () => during(request('Delete', smaller)),
    async () => {
      const left = region.ec2.instances().filter(({ state }) => state !== 'terminated');
      if (left.length > 0) fail(`${left.length} machines are left`);
      const tokens = [...region.inside.ssm.parameters.keys()].filter((name) => name.includes('/join-token/'));
      if (tokens.length > 0) fail(`join tokens are left: ${tokens.join(', ')}`);
    },
  ];
  for (const step of steps) {
    if (failure === undefined) await step();
  }
  over = true;
  const futile = region.calls.entries.filter(({ error }) => error === 'InvalidInstanceId').length;
  return { failure, futile, remembered };
}
