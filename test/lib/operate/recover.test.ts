import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperateError } from '../../../lib/operate/errors.ts';
import { proposeRecovery, requestRecovery } from '../../../lib/operate/recover.ts';
import {
  instanceId,
  instanceOf,
  NOW,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { answered, probeOf } from '../../support/cluster-answers.ts';
import { createOperateWorld } from './world.ts';

/** Two of three answer, neither sees a leader; `m3` is silent. The second has the newer log. */
function leaderless(): TestCluster {
  const cluster = wholeCluster();
  const probes = [1, 2].map((number) => {
    const machine = instanceOf(cluster, instanceId(number));
    const raftAge = { index: 1_000 + number, writtenAt: NOW - number * 1_000 };
    return [machine.id, answered({ ...probeOf(machine, { nodes: [] }), raftState: 'present', raftAge })] as const;
  });
  cluster.probes = new Map([
    ...probes,
    [instanceId(3), { kind: 'silent', why: 'timeout', reason: 'no answer' } as const],
  ]);
  return cluster;
}

function code(expected: OperateError['code'], remedy = /./) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof OperateError, String(error));
    assert.equal(error.code, expected);
    assert.match(error.remedy, remedy);
    return true;
  };
}

test('while there is a quorum nothing is recovered', async () => {
  const world = await createOperateWorld();
  await assert.rejects(proposeRecovery(world.operator), code('QuorumIsThere'));
});

test('the manager with the newest log is proposed, and what speaks against it is said', async () => {
  const world = await createOperateWorld(leaderless());
  const proposal = await proposeRecovery(world.operator);
  assert.equal(proposal.survivor, '10.42.1.10');
  assert.equal(proposal.clusterId, 'cl1');
  assert.deepEqual(
    proposal.candidates.map(({ logicalId, raftAge }) => [logicalId, raftAge?.index]),
    [
      ['10.42.1.10', 1_002],
      ['10.42.0.10', 1_001],
    ],
  );
  assert.deepEqual(proposal.givenUp, ['10.42.0.10', '10.42.2.10']);
  assert.match(
    proposal.warnings.join('\n'),
    /10\.42\.0\.10, 10\.42\.2\.10 still have disks: .*may come back by itself/,
  );
  assert.equal((await world.store.memory()).records.recovery, undefined);
});

test('another one may be chosen, with a warning; not one that does not answer', async () => {
  const world = await createOperateWorld(leaderless());
  const older = await proposeRecovery(world.operator, '10.42.0.10');
  assert.match(older.warnings[0] ?? '', /^10\.42\.1\.10 has newer state than 10\.42\.0\.10/);
  await assert.rejects(
    proposeRecovery(world.operator, '10.42.2.10'),
    code('NoSuchSurvivor', /10\.42\.1\.10, 10\.42\.0\.10/),
  );
});

test('a manager that is declared no longer is named as long as it is there: it is given up as well', async () => {
  const cluster = leaderless();
  redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: ['10.42.0.10', '10.42.1.10'] } });
  const named = /10\.42\.2\.10 is declared no longer, and is given up as well/;
  const world = await createOperateWorld(cluster);
  assert.match((await proposeRecovery(world.operator)).warnings.join('\n'), named);
  await assert.rejects(proposeRecovery(world.operator, '10.42.2.10'), code('NoSuchSurvivor'));
  terminate(cluster, instanceId(3));
  cluster.volumes = cluster.volumes.filter(({ logicalId }) => logicalId !== '10.42.2.10');
  const without = await createOperateWorld(cluster);
  assert.doesNotMatch((await proposeRecovery(without.operator)).warnings.join('\n'), named);
});

test('it is commanded only with the id of the Swarm, once, and wakes the reconciler', async () => {
  const world = await createOperateWorld(leaderless());
  const proposal = await proposeRecovery(world.operator);
  await assert.rejects(requestRecovery(world.operator, proposal, 'yes'), code('NotConfirmed', /cl1/));
  assert.equal((await world.store.memory()).records.recovery, undefined);
  const recovery = await requestRecovery(world.operator, proposal, ' cl1\n');
  assert.deepEqual((await world.store.memory()).records.recovery, recovery);
  assert.deepEqual(recovery, {
    survivor: '10.42.1.10',
    clusterId: 'cl1',
    by: 'ana@laptop',
    requestedAt: world.clock.now(),
  });
  assert.equal(await world.wakes(), 1);
  const again = await requestRecovery(world.operator, proposal, 'cl1');
  assert.deepEqual(again, recovery, 'a command that comes twice is one');
  await assert.rejects(
    requestRecovery(world.operator, { survivor: '10.42.0.10', clusterId: 'cl1' }, 'cl1'),
    code('RecoveryUnderWay'),
  );
});

test('where nobody has state there is nothing to go on from', async () => {
  const cluster = leaderless();
  cluster.probes = new Map();
  const world = await createOperateWorld(cluster);
  await assert.rejects(proposeRecovery(world.operator), code('CanNotRecover'));
});
