import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Fleet } from '../../../lab/machines/fleet.ts';
import { createRealFleet, DEFAULT_CACHE_DIRECTORY, destroyLeftovers } from '../../../lab/machines/real/fleet.ts';
import { checkHost, HostUnfitError } from '../../../lab/machines/real/requirements.ts';
import { renderBoot } from '../../../lib/flavors/boot.ts';
import { documentScript } from '../../../lib/flavors/documents.ts';
import type { DocumentKey } from '../../../lib/names.ts';
import type { MachineProbe } from '../../../lib/observe/observation.ts';
import { parseProbeReport } from '../../../lib/observe/probe-report.ts';
import { committed } from '../../support/cluster.ts';
import { MachineGateway } from './machine-gateway.ts';

async function unfit(): Promise<string | false> {
  try {
    await checkHost(process.env['PATH'] ?? '');
    return false;
  } catch (error) {
    if (error instanceof HostUnfitError) return error.message;
    throw error;
  }
}

const MANAGER = { instanceId: 'i-00000a01', privateIp: '10.42.0.10' };
const SECOND = { instanceId: 'i-00000a02', privateIp: '10.42.1.10' };
const WORKER = { instanceId: 'i-00000b01', privateIp: '10.42.0.20' };
const BOOTED = `for i in {1..1200}; do
  case $(cat /run/everswarm/boot 2>/dev/null) in done | failed*) break ;; esac
  sleep 0.05
done
cat /run/everswarm/boot`;

/** The scripts on what they are made for: systemd, cloud-init and the Docker Engine. */
describe('scripts on real machines', { skip: await unfit() }, () => {
  const name = `scripts-${process.pid}`;
  const gateway = new MachineGateway();
  let directory: string;
  let fleet: Fleet;
  let fence = 0;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'everswarm-scripts-'));
    await gateway.listen(join(directory, 'gateway.sock'));
    fleet = createRealFleet({
      name,
      stateDirectory: join(directory, 'state'),
      cacheDirectory: DEFAULT_CACHE_DIRECTORY,
      gatewaySocket: join(directory, 'gateway.sock'),
    });
    await fleet.prepare(() => {});
  });

  after(async () => {
    await fleet.destroy();
    gateway.close();
    await destroyLeftovers(name, join(directory, 'state'));
    await rm(directory, { recursive: true, force: true });
  });

  type Machine = typeof MANAGER;

  async function boot(machine: Machine, volumeId?: string): Promise<void> {
    const number = machine.privateIp.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
    const order = { ...machine, macAddress: `02:00:${number.join(':')}`, vpcCidr: '10.42.0.0/16' };
    const pet = volumeId === undefined ? {} : { logicalId: machine.privateIp, volumeId };
    const group = volumeId === undefined ? 'workers' : 'managers';
    gateway.put(machine.privateIp, { ...order, userData: renderBoot({ committed: committed(), group, ...pet }) });
    await fleet.boot(order);
    if (volumeId !== undefined) await fleet.attach(machine.instanceId, volumeId);
    await settled(machine);
  }

  async function settled(machine: Machine): Promise<void> {
    assert.equal((await gateway.run(machine.privateIp, BOOTED)).stdout.trim(), 'done');
  }

  async function effect(machine: Machine, key: DocumentKey, parameters: Record<string, string> = {}) {
    fence += 1;
    const values: Record<string, string> = { instances: machine.instanceId, fence: String(fence), ...parameters };
    const script = documentScript('demo', key).replace(/\{\{ (\w+) \}\}/g, (_, name: string) => values[name] ?? '');
    return await gateway.run(machine.privateIp, script);
  }

  async function succeed(machine: Machine, key: DocumentKey, parameters: Record<string, string> = {}): Promise<string> {
    const result = await effect(machine, key, parameters);
    assert.equal(result.exitCode, 0, `${key} on ${machine.instanceId}: ${result.stderr}`);
    return result.stdout.trim();
  }

  async function probe(machine: Machine): Promise<MachineProbe> {
    const parsed = parseProbeReport(`${await succeed(machine, 'probe')}\n`);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    return parsed.probe;
  }

  it('boots a manager on a blank volume and begins a Swarm', async () => {
    await fleet.createVolume('vol-00000001', 1);
    await boot(MANAGER, 'vol-00000001');
    const before = await probe(MANAGER);
    assert.equal(before.stateMounted, true);
    assert.equal(before.raftState, 'none');
    assert.deepEqual(before.boot, { state: 'done' });
    assert.equal(await succeed(MANAGER, 'swarm-init'), 'initialised');
    assert.equal(await succeed(MANAGER, 'swarm-init'), 'already a manager; the tokens are published');
    const { engine, nodes, raftState } = await probe(MANAGER);
    assert.equal(raftState, 'present');
    assert.ok(engine.state === 'up' && engine.localState === 'active' && engine.controlAvailable);
    assert.deepEqual(
      nodes?.map(({ hostname, logicalId, raft }) => [hostname, logicalId, raft?.leader]),
      [[MANAGER.instanceId, MANAGER.privateIp, true]],
    );
    assert.deepEqual([...gateway.parameters.keys()].sort(), [
      '/everswarm/demo/join-token/manager',
      '/everswarm/demo/join-token/worker',
    ]);
  });

  it('joins a manager and a worker, each by the token of its role', async () => {
    await fleet.createVolume('vol-00000002', 1);
    await Promise.all([boot(SECOND, 'vol-00000002'), boot(WORKER)]);
    const managers = MANAGER.privateIp;
    await succeed(SECOND, 'swarm-join', { role: 'manager', managers });
    await succeed(WORKER, 'swarm-join', { role: 'worker', managers });
    assert.equal(await succeed(WORKER, 'swarm-join', { role: 'worker', managers }), 'already a worker');
    assert.equal((await effect(WORKER, 'swarm-join', { role: 'manager', managers })).exitCode, 22);
    const { nodes } = await probe(MANAGER);
    assert.deepEqual(nodes?.map(({ hostname, role }) => `${hostname} ${role}`).sort(), [
      'i-00000a01 manager',
      'i-00000a02 manager',
      'i-00000b01 worker',
    ]);
    assert.equal((await probe(WORKER)).nodes, undefined);
  });

  it('comes back from a reboot on its volume, as the same node', async () => {
    const { engine } = await probe(SECOND);
    await fleet.reboot(SECOND.instanceId);
    await settled(SECOND);
    const again = await probe(SECOND);
    assert.equal(again.stateMounted, true);
    assert.ok(again.engine.state === 'up' && engine.state === 'up');
    assert.equal(again.engine.nodeId, engine.nodeId);
  });

  it('drains and removes a worker; removes a manager only once it is demoted', async () => {
    const { nodes } = await probe(MANAGER);
    const idOf = (machine: Machine) => nodes?.find(({ hostname }) => hostname === machine.instanceId)?.id ?? '';
    assert.equal(await succeed(MANAGER, 'node-drain', { node: idOf(WORKER), seconds: '20' }), 'tasks 0');
    assert.equal(await succeed(MANAGER, 'node-remove', { node: idOf(WORKER) }), 'removed');
    assert.equal(await succeed(MANAGER, 'node-remove', { node: idOf(WORKER) }), 'gone already');
    assert.equal((await effect(MANAGER, 'node-remove', { node: idOf(SECOND) })).exitCode, 30);
    assert.equal(await succeed(MANAGER, 'node-demote', { node: idOf(SECOND) }), 'demoted');
    assert.equal(await succeed(MANAGER, 'node-remove', { node: idOf(SECOND) }), 'removed');
    assert.equal(
      await succeed(MANAGER, 'engine-restart', { expires: String(Math.ceil(Date.now() / 1000) + 20) }),
      'restarted',
    );
  });
});
