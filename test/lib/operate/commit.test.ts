import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeploymentError } from '../../../lib/deployment/errors.ts';
import { OperateError } from '../../../lib/operate/errors.ts';
import { commitProposal, proposeSpec, refuseWhatCanNotBe } from '../../../lib/operate/proposal.ts';
import { history, proposeRollback } from '../../../lib/operate/rollback.ts';
import { proposeScale } from '../../../lib/operate/scale.ts';
import { isWhole, look } from '../../../lib/operate/situation.ts';
import { SpecError } from '../../../lib/spec/error.ts';
import type { ClusterSpec, GroupSpec } from '../../../lib/spec/spec.ts';
import { instanceId, terminate, wholeCluster } from '../../support/cluster.ts';
import { awsError } from '../../support/fake-aws.ts';
import { createOperateWorld } from './world.ts';

const ASK = { ask: true };

export function withGroup(spec: ClusterSpec, name: string, change: Partial<GroupSpec>): ClusterSpec {
  const group = spec.groups[name];
  assert.ok(group !== undefined);
  return { ...spec, groups: { ...spec.groups, [name]: { ...group, ...change } } };
}

function refused(code: string, says: RegExp, remedy: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof OperateError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, says);
    assert.match(error.remedy, remedy);
    return true;
  };
}

test('a whole cluster is seen as whole, from the machines’ own answers', async () => {
  const world = await createOperateWorld();
  const situation = await look(world.operator, ASK);
  assert.equal(isWhole(situation), true);
  assert.deepEqual(world.asked, [[1, 2, 3].map(instanceId)]);
  const quick = await look(world.operator, { ask: false });
  assert.equal(isWhole(quick), false, 'nobody was asked, and the controller never looked');
  assert.equal(world.asked.length, 1);
});

test('one that lacks a manager is not', async () => {
  const cluster = wholeCluster();
  terminate(cluster, instanceId(2));
  const world = await createOperateWorld(cluster);
  assert.equal(isWhole(await look(world.operator, ASK)), false);
});

test('what is read is left as it was: looking and proposing write nothing', async () => {
  const world = await createOperateWorld();
  const before = await world.store.memory();
  const { spec } = world.cluster.committed;
  const proposal = await proposeSpec(world.operator, withGroup(spec, 'workers', { instanceType: 't4g.medium' }), ASK);
  assert.equal(proposal.changed, true);
  assert.equal(proposal.preview.replaced, 2);
  assert.deepEqual(await world.store.memory(), before);
  assert.deepEqual([await world.wakes(), world.calls], [0, []]);
});

test('apply commits on the version it read, says who, and wakes the reconciler', async () => {
  const world = await createOperateWorld();
  const { spec } = world.cluster.committed;
  const proposal = await proposeSpec(world.operator, withGroup(spec, 'workers', { instanceType: 't4g.medium' }), ASK);
  const committed = await commitProposal(world.operator, proposal);
  assert.deepEqual([committed.version, committed.committedBy], [2, 'ana@laptop']);
  assert.deepEqual((await world.store.memory()).committed, committed);
  assert.deepEqual(committed.images, world.cluster.committed.images, 'a pinned image stays');
  assert.equal(
    await world.lastEvent(),
    'spec commit demo: version 2: workers.instanceType t4g.small → t4g.medium (by ana@laptop)',
  );
  assert.deepEqual([await world.wakes(), world.calls], [1, ['InvokeCommand']]);
});

test('an image that is chosen anew is pinned; one that is not there is refused before anything is stored', async () => {
  const world = await createOperateWorld();
  const ami = { source: { kind: 'id', imageId: 'ami-0000000b' }, docker: 'preinstalled' } as const;
  const spec = withGroup(world.cluster.committed.spec, 'workers', { ami });
  const committed = await commitProposal(world.operator, await proposeSpec(world.operator, spec, ASK));
  assert.deepEqual(committed.images['workers'], { imageId: 'ami-0000000b', rootDeviceName: '/dev/xvda' });
  world.failures.set('DescribeImagesCommand', awsError('InvalidAMIID.NotFound'));
  const other = withGroup(spec, 'workers', { ami: { ...ami, source: { kind: 'id', imageId: 'ami-0000000c' } } });
  await assert.rejects(proposeSpec(world.operator, other, ASK), DeploymentError);
});

test('nothing new commits nothing and wakes nobody', async () => {
  const world = await createOperateWorld();
  const proposal = await proposeSpec(world.operator, world.cluster.committed.spec, ASK);
  assert.equal(proposal.changed, false);
  assert.equal((await commitProposal(world.operator, proposal)).version, 1);
  assert.deepEqual([await world.wakes(), world.calls], [0, []]);
});

test('a commit of somebody else in between is not overwritten', async () => {
  const world = await createOperateWorld();
  const proposal = await proposeScale(world.operator, new Map([['workers', 8]]), ASK);
  const { version, ...same } = world.cluster.committed;
  await world.store.commit(version, { ...same, committedBy: 'bob' });
  await assert.rejects(
    commitProposal(world.operator, proposal),
    refused('SpecChanged', /since version 1 was read; nothing was stored/, /new plan/),
  );
  assert.equal((await world.store.memory()).committed?.committedBy, 'bob');
});

test('what only the stack can make is refused, and said', async () => {
  const world = await createOperateWorld();
  const { spec } = world.cluster.committed;
  const more = ['10.42.0.10', '10.42.1.10', '10.42.2.10', '10.42.0.11', '10.42.1.11'];
  const grown = withGroup(spec, 'managers', { allocation: { kind: 'logicalIds', logicalIds: more } });
  const proposal = await proposeSpec(world.operator, grown, ASK);
  assert.equal(proposal.preview.launched, 2, 'the plan is shown all the same');
  const says = refused('NeedsDeploy', /groups\.managers\.allocation: .*10\.42\.1\.11/, /`npx cdk deploy`/);
  assert.throws(() => refuseWhatCanNotBe(proposal), says);
  await assert.rejects(commitProposal(world.operator, proposal), says);
  assert.equal((await world.store.memory()).committed?.version, 1);
});

test('a file of another cluster, and a cluster that is being taken down', async () => {
  const world = await createOperateWorld();
  const { spec } = world.cluster.committed;
  await assert.rejects(
    proposeSpec(world.operator, { ...spec, cluster: 'other' }, ASK),
    refused('OtherCluster', /declares the cluster "other", and this is "demo"/, /--cluster other/),
  );
  const cluster = wholeCluster();
  cluster.records.mode = 'removing';
  const going = await createOperateWorld(cluster);
  const proposal = await proposeScale(going.operator, new Map([['workers', 8]]), ASK);
  await assert.rejects(commitProposal(going.operator, proposal), refused('Removing', /taken down/, /Deploy the stack/));
});

test('scale: groups by number only, within what the network holds', async () => {
  const world = await createOperateWorld();
  const scaled = await proposeScale(world.operator, new Map([['workers', 8]]), ASK);
  assert.deepEqual([scaled.preview.launched, scaled.summary], [6, 'workers.allocation.size 2 → 8']);
  const scale = (name: string, size: number) => proposeScale(world.operator, new Map([[name, size]]), ASK);
  await assert.rejects(scale('managers', 5), refused('NotBySize', /10\.42\.2\.10/, /cdk deploy/));
  await assert.rejects(scale('worker', 5), refused('UnknownGroup', /no group "worker"/, /Did you mean workers\?/));
  await assert.rejects(scale('x', 5), refused('UnknownGroup', /no group "x"/, /There are: managers, workers\./));
  await assert.rejects(scale('workers', 100_000), SpecError);
});

test('rollback: the spec and the images of a former version, and nothing that only the stack can make', async () => {
  const world = await createOperateWorld();
  const { spec } = world.cluster.committed;
  const ami = { source: { kind: 'id', imageId: 'ami-0000000b' }, docker: 'preinstalled' } as const;
  const change = { instanceType: 't4g.medium', ami };
  await commitProposal(world.operator, await proposeSpec(world.operator, withGroup(spec, 'workers', change), ASK));
  const back = await proposeRollback(world.operator, 1, ASK);
  const committed = await commitProposal(world.operator, back);
  assert.equal(committed.version, 3);
  assert.deepEqual([committed.spec, committed.images], [world.cluster.committed.spec, world.cluster.committed.images]);
  assert.equal((await proposeRollback(world.operator, 3, ASK)).changed, false);
  await assert.rejects(
    proposeRollback(world.operator, 9, ASK),
    refused('UnknownVersion', /versions 1 to 3 are kept/, /everswarm history/),
  );
  const versions = await history(world.store, committed, 2);
  assert.deepEqual(
    versions.map(({ version }) => version),
    [3, 2],
  );
});
