import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { SwarmNode } from '../../../lib/observe/observation.ts';
import { RealCluster, unfit } from './real-cluster.ts';

const MANAGER = { instanceId: 'i-00000a01', privateIp: '10.42.0.10' };
const SECOND = { instanceId: 'i-00000a02', privateIp: '10.42.1.10' };
const WORKER = { instanceId: 'i-00000b01', privateIp: '10.42.0.20' };
const MACHINES = [MANAGER, SECOND, WORKER];
const SETTINGS = 'aaaaaaaaaaaa';

const isVoter = ({ raft }: SwarmNode) => raft?.reachability === 'reachable';

/** The scripts on what they are made for: systemd, cloud-init and the Docker Engine. Each step begins where the last one ended. */
describe('scripts on real machines', { skip: await unfit() }, () => {
  let cluster: RealCluster;

  before(async () => {
    cluster = await RealCluster.create(`scripts-${process.pid}`);
  });

  after(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  let failed = false;
  const step = (does: string, check: () => Promise<void>) =>
    it(does, async (test: TestContext) => {
      if (failed) return test.skip('an earlier step failed');
      failed = true;
      await check();
      failed = false;
    });

  const idOf = async (machine: typeof MANAGER, from = MANAGER) => (await cluster.seen(from, machine)).id;

  step('boots a manager on a blank volume and begins a Swarm', async () => {
    for (const volume of ['vol-00000001', 'vol-00000002']) await cluster.fleet.createVolume(volume, 1);
    await Promise.all([
      cluster.boot(MANAGER, 'vol-00000001'),
      cluster.boot(SECOND, 'vol-00000002'),
      cluster.boot(WORKER),
    ]);
    const before = await cluster.probe(MANAGER);
    assert.equal(before.stateMounted, true);
    assert.equal(before.raftState, 'none');
    assert.equal(before.raftAge, undefined);
    assert.deepEqual(before.boot, { state: 'done' });
    assert.equal(await cluster.succeed(MANAGER, 'swarm-init'), 'initialised');
    assert.equal(await cluster.succeed(MANAGER, 'swarm-init'), 'already a manager; the tokens are published');
    const { engine, nodes, raftState, raftAge, clock } = await cluster.probe(MANAGER);
    assert.equal(raftState, 'present');
    assert.ok(raftAge !== undefined && raftAge.writtenAt <= clock);
    assert.ok(engine.state === 'up' && engine.localState === 'active' && engine.controlAvailable);
    assert.deepEqual(
      nodes?.map(({ hostname, logicalId, raft, tasks }) => [hostname, logicalId, raft?.leader, tasks]),
      [[MANAGER.instanceId, MANAGER.privateIp, true, 0]],
    );
    assert.deepEqual([...cluster.gateway.parameters.keys()].sort(), [
      '/everswarm/demo/join-token/manager',
      '/everswarm/demo/join-token/worker',
    ]);
  });

  step('joins a manager and a worker, each by the token of its role', async () => {
    const managers = MANAGER.privateIp;
    await cluster.succeed(SECOND, 'swarm-join', { role: 'manager', managers });
    await cluster.succeed(WORKER, 'swarm-join', { role: 'worker', managers });
    assert.equal(await cluster.succeed(WORKER, 'swarm-join', { role: 'worker', managers }), 'already a worker');
    await cluster.refused(22, WORKER, 'swarm-join', { role: 'manager', managers });
    const { nodes } = await cluster.probe(MANAGER);
    assert.deepEqual(nodes?.map(({ hostname, role }) => `${hostname} ${role}`).sort(), [
      'i-00000a01 manager',
      'i-00000a02 manager',
      'i-00000b01 worker',
    ]);
    assert.equal((await cluster.probe(WORKER)).nodes, undefined);
  });

  step('takes the leadership over from one of three managers, and makes that one a manager again', async () => {
    const worker = await idOf(WORKER);
    assert.equal(await cluster.succeed(MANAGER, 'node-promote', { node: worker }), 'promoted');
    assert.equal(await cluster.succeed(MANAGER, 'node-promote', { node: worker }), 'promoted');
    for (const from of MACHINES) for (const machine of MACHINES) await cluster.seen(from, machine, isVoter);
    const node = await idOf(MANAGER);
    assert.equal(await cluster.succeed(SECOND, 'node-demote', { node }), 'demoted');
    await cluster.demoted(MANAGER);
    assert.equal(await cluster.succeed(SECOND, 'node-promote', { node }), 'promoted');
    for (const from of [SECOND, MANAGER]) await cluster.seen(from, MANAGER, isVoter);
    assert.equal(await cluster.succeed(MANAGER, 'node-demote', { node: worker }), 'demoted');
    await cluster.demoted(WORKER);
  });

  step('gives running engines other labels', async () => {
    const labels = Buffer.from('disk=s"s\\d\nplace=Zürich\n').toString('base64');
    for (const machine of [MANAGER, WORKER]) {
      const before = (await cluster.probe(machine)).engine;
      assert.equal(await cluster.succeed(machine, 'engine-settings', { hash: SETTINGS, labels }), 'settings applied');
      assert.match(await cluster.succeed(machine, 'engine-settings', { hash: SETTINGS, labels }), /already/);
      assert.deepEqual((await cluster.probe(machine)).engine, before);
    }
  });

  step('comes back from a reboot on its volume, as the same node, with these labels', async () => {
    const { engine } = await cluster.probe(MANAGER);
    await cluster.fleet.reboot(MANAGER.instanceId);
    await cluster.settled(MANAGER);
    const again = await cluster.probe(MANAGER);
    assert.equal(again.stateMounted, true);
    assert.ok(again.engine.state === 'up' && engine.state === 'up');
    assert.equal(again.engine.nodeId, engine.nodeId);
    const { stdout } = await cluster.shell(MANAGER, "docker info --format '{{json .Labels}}'");
    assert.deepEqual(JSON.parse(stdout).sort(), [
      'disk=s"s\\d',
      `everswarm.logical-id=${MANAGER.privateIp}`,
      `everswarm.settings=${SETTINGS}`,
      'place=Zürich',
    ]);
    // Its engine was not restarted: the Swarm is told by the node's agent, which it is every 20 s.
    await cluster.seen(SECOND, WORKER, ({ settings }) => settings === SETTINGS);
  });

  step('ends a drain of its own, and none of a person', async () => {
    const node = await idOf(WORKER, SECOND);
    assert.equal(await cluster.succeed(SECOND, 'node-drain', { node, seconds: '20' }), 'tasks 0');
    const drained = await cluster.seen(SECOND, WORKER);
    assert.deepEqual([drained.availability, drained.drainedByUs], ['drain', true]);
    assert.equal(await cluster.succeed(SECOND, 'node-activate', { node }), 'active');
    assert.equal(await cluster.succeed(SECOND, 'node-activate', { node }), 'active already');
    await cluster.shell(SECOND, `docker node update --availability drain ${node}`);
    assert.equal(await cluster.succeed(SECOND, 'node-drain', { node, seconds: '20' }), 'tasks 0');
    await cluster.refused(30, MANAGER, 'node-activate', { node });
  });

  step('stops the engine of one manager, and makes a Swarm of the one that is left', async () => {
    for (const from of [SECOND, MANAGER]) await cluster.seen(from, MANAGER, isVoter);
    const node = await idOf(MANAGER);
    const { engine } = await cluster.probe(SECOND);
    assert.ok(engine.state === 'up' && engine.clusterId !== undefined);
    const { clusterId } = engine;
    await cluster.refused(30, SECOND, 'swarm-recover', { clusterId });
    assert.equal(await cluster.succeed(MANAGER, 'engine-stop', { node, expires: '9999999999' }), 'stopped');
    await cluster.shell(MANAGER, 'timeout 3 docker info');
    assert.deepEqual((await cluster.probe(MANAGER)).engine, { state: 'down' });
    await cluster.refused(22, SECOND, 'swarm-recover', { clusterId: 'another' });
    assert.equal(await cluster.succeed(SECOND, 'swarm-recover', { clusterId }), 'recovered');
    assert.equal(await cluster.succeed(SECOND, 'swarm-recover', { clusterId }), 'recovered already');
    const former = await cluster.seen(SECOND, MANAGER);
    assert.equal(former.raft, undefined);
    assert.equal((await cluster.seen(SECOND, SECOND)).raft?.leader, true);
  });

  step('lets a manager with damaged Raft state leave, keeps that state, and joins it anew', async () => {
    const node = await idOf(MANAGER, SECOND);
    const raft = '/var/lib/docker/swarm/raft/wal-v3-encrypted';
    await cluster.shell(
      MANAGER,
      `for file in ${raft}/*.wal; do head -c 80000 /dev/urandom | dd of=$file conv=notrunc; done
      systemctl start --no-block docker.service`,
    );
    assert.match(await cluster.succeed(MANAGER, 'swarm-leave'), /^put aside in .*swarm\.former-/);
    assert.equal(await cluster.succeed(MANAGER, 'swarm-leave'), 'in no Swarm');
    await cluster.refused(30, SECOND, 'swarm-leave');
    assert.equal(await cluster.succeed(SECOND, 'node-remove', { node }), 'removed');
    await cluster.succeed(MANAGER, 'swarm-join', { role: 'manager', managers: SECOND.privateIp });
    for (const from of [SECOND, MANAGER]) await cluster.seen(from, MANAGER, isVoter);
  });

  step('drains and removes a worker; demotes and removes a manager', async () => {
    const worker = await idOf(WORKER);
    const second = await idOf(SECOND);
    assert.equal(await cluster.succeed(MANAGER, 'node-drain', { node: worker, seconds: '20' }), 'tasks 0');
    assert.equal(await cluster.succeed(MANAGER, 'node-remove', { node: worker }), 'removed');
    assert.equal(await cluster.succeed(MANAGER, 'node-remove', { node: worker }), 'gone already');
    assert.equal(await cluster.succeed(MANAGER, 'node-demote', { node: second }), 'demoted');
    assert.equal(await cluster.succeed(MANAGER, 'node-remove', { node: second }), 'removed');
    assert.equal(await cluster.succeed(MANAGER, 'engine-restart', { expires: '9999999999' }), 'restarted');
  });
});
