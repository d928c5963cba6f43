import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet, MachineOrder } from '../../../lab/machines/fleet.ts';
import { createRealFleet, DEFAULT_CACHE_DIRECTORY, destroyLeftovers } from '../../../lab/machines/real/fleet.ts';
import { MachineStateError } from '../../../lab/machines/real/machine.ts';
import { checkHost, HostUnfitError } from '../../../lab/machines/real/requirements.ts';
import { FakeRegion } from './fake-region.ts';
import { tracesOf } from './host-traces.ts';

const VOLUME = 'vol-0a1';
const DEVICE = '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1';
const MANAGER = '10.42.1.10';
const WORKER = '10.42.2.20';

const WORKER_DATA = `#!/bin/bash
hostname "$(curl -s -H "X-aws-ec2-metadata-token: $(curl -s -X PUT http://169.254.169.254/latest/api/token)" \
  http://169.254.169.254/latest/meta-data/instance-id)"
echo once >>/var/tmp/user-data-ran
touch /run/booted
`;

/** What the product's boot script does in the main: the state volume first, then the engine on it. */
const MANAGER_DATA = `#!/bin/bash
set -e
until [ -e ${DEVICE} ]; do sleep 0.05; done
blkid ${DEVICE} >/dev/null || mkfs.ext4 -q ${DEVICE}
systemctl stop docker.socket docker
mount ${DEVICE} /var/lib/docker
systemctl start docker
touch /run/booted
`;

const WAIT_FOR_BOOT =
  'for i in {1..600}; do [ -e /run/booted ] && exit 0; sleep 0.05; done; cat /var/log/cloud-init-output.log; exit 1';

function order(instanceId: string, privateIp: string, mac: string): MachineOrder {
  return { instanceId, privateIp, macAddress: `02:00:00:00:00:${mac}`, vpcCidr: '10.42.0.0/16' };
}

async function unfit(): Promise<string | false> {
  try {
    await checkHost(process.env['PATH'] ?? '');
    return false;
  } catch (error) {
    if (error instanceof HostUnfitError) return error.message;
    throw error;
  }
}

describe('real machines', { skip: await unfit() }, () => {
  const name = `test-${process.pid}`;
  const region = new FakeRegion();
  let directory: string;
  let fleet: Fleet;
  const started = performance.now();
  const say = (what: string) => console.log(`${((performance.now() - started) / 1000).toFixed(2)} s  ${what}`);

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'everswarm-real-'));
    await region.listen(join(directory, 'gateway.sock'));
    fleet = createRealFleet({
      name,
      stateDirectory: join(directory, 'state'),
      cacheDirectory: DEFAULT_CACHE_DIRECTORY,
      gatewaySocket: join(directory, 'gateway.sock'),
    });
    await fleet.prepare(say);
  });

  after(async () => {
    region.close();
    await destroyLeftovers(name, join(directory, 'state'));
    await rm(directory, { recursive: true, force: true });
  });

  async function launch(machine: MachineOrder, userData: string): Promise<void> {
    region.put(machine.privateIp, { ...machine, userData });
    const from = performance.now();
    await fleet.boot(machine);
    const running = performance.now() - from;
    await region.agentOf(machine.privateIp);
    say(
      `${machine.instanceId}: running after ${Math.round(running)} ms, agent after ${Math.round(performance.now() - from)} ms`,
    );
  }

  async function succeed(address: string, script: string): Promise<string> {
    const result = await region.command(address, script);
    assert.equal(result.status, 'Success', `${script}\n${result.stdout}${result.stderr}`);
    return result.stdout.trim();
  }

  /** `undefined` while the machine is down. */
  async function bootIdOf(instanceId: string): Promise<string | undefined> {
    try {
      const { code, stdout } = await fleet.exec(instanceId, ['cat', '/proc/sys/kernel/random/boot_id']);
      return code === 0 ? stdout.trim() : undefined;
    } catch (error) {
      if (error instanceof MachineStateError) return undefined;
      throw error;
    }
  }

  it('boots two machines side by side, with user data, volume and engine', async () => {
    await fleet.createVolume(VOLUME, 1);
    const manager = order('i-0a', MANAGER, '0a');
    await Promise.all([
      launch(manager, MANAGER_DATA).then(() => fleet.attach('i-0a', VOLUME)),
      launch(order('i-0b', WORKER, '0b'), WORKER_DATA),
    ]);
    await Promise.all([succeed(MANAGER, WAIT_FOR_BOOT), succeed(WORKER, WAIT_FOR_BOOT)]);
    say('user data done on both');
    assert.equal(await succeed(WORKER, 'hostname'), 'i-0b');
    assert.equal(await succeed(MANAGER, `findmnt -n -o FSTYPE /var/lib/docker`), 'ext4');
    assert.equal(await succeed(MANAGER, "docker info --format '{{.Driver}}'"), 'overlay2');
    assert.equal(await succeed(WORKER, 'findmnt -n /var/lib/docker || echo none'), 'none');
  });

  it('takes tasks as the SSM agent does: side by side, with time limit and capped output', async () => {
    const [slow, big, failed] = await Promise.all([
      region.command(WORKER, 'sleep 60 & sleep 60', 1),
      region.command(WORKER, 'head -c 30000 /dev/zero | tr "\\0" x; head -c 9000 /dev/zero | tr "\\0" y >&2'),
      region.command(WORKER, 'echo out; echo err >&2; exit 12'),
    ]);
    assert.deepEqual([slow.status, slow.exitCode], ['TimedOut', 137]);
    assert.deepEqual([big.stdout.length, big.stderr.length], [24_000, 8_000]);
    assert.deepEqual([failed.status, failed.exitCode, failed.stdout, failed.stderr], ['Failed', 12, 'out\n', 'err\n']);
    assert.equal(await succeed(WORKER, 'pgrep -c sleep || true'), '0');
  });

  it('forwards the AWS API with the source address', async () => {
    const answer = await succeed(
      WORKER,
      'curl -s -H "x-lab-source: 10.42.9.9" -d Action=Nothing http://169.254.169.254:4566/path?q=1',
    );
    assert.deepEqual(JSON.parse(answer), { method: 'POST', url: '/path?q=1', body: 'Action=Nothing' });
    assert.ok(region.requests.includes(`${WORKER}:4566 POST /path?q=1`));
  });

  let nodeId: string;

  it('forms a Swarm, and runs busybox without a registry', async () => {
    await succeed(MANAGER, `docker swarm init --advertise-addr ${MANAGER}`);
    const token = await succeed(MANAGER, 'docker swarm join-token -q worker');
    await succeed(WORKER, `docker swarm join --token ${token} ${MANAGER}:2377`);
    nodeId = await succeed(MANAGER, "docker info --format '{{.Swarm.NodeID}}'");
    say('two nodes joined');
    await succeed(WORKER, 'until docker image inspect busybox:latest >/dev/null 2>&1; do sleep 0.1; done');
    assert.equal(await succeed(WORKER, 'docker run --rm --network host busybox:latest echo hello'), 'hello');
    await succeed(MANAGER, 'until docker image inspect busybox:latest >/dev/null 2>&1; do sleep 0.1; done');
  });

  it('brings a killed manager back at its address with its volume: the same node', async () => {
    await fleet.stop('i-0a', 'kill');
    say('manager killed');
    await fleet.detach('i-0a', VOLUME);
    await fleet.release('i-0a');
    await launch(order('i-0a2', MANAGER, '0a'), MANAGER_DATA);
    await fleet.attach('i-0a2', VOLUME);
    await succeed(MANAGER, WAIT_FOR_BOOT);
    const same = "docker info --format '{{.Swarm.NodeID}} {{.Swarm.ControlAvailable}}'";
    assert.equal(await succeed(MANAGER, same), `${nodeId} true`);
    say('the same node again');
    await succeed(MANAGER, 'until [ "$(docker node ls | grep -c Ready)" = 2 ]; do sleep 0.2; done');
    say('both nodes ready');
  });

  it('reboots with the same root disk: user data does not run again, the node returns', async () => {
    const bootId = await succeed(WORKER, 'cat /proc/sys/kernel/random/boot_id');
    const from = performance.now();
    await fleet.reboot('i-0b');
    say(`reboot took ${Math.round(performance.now() - from)} ms`);
    assert.notEqual(await succeed(WORKER, 'cat /proc/sys/kernel/random/boot_id'), bootId);
    assert.equal(
      await succeed(WORKER, 'until docker info >/dev/null 2>&1; do sleep 0.1; done; cat /var/tmp/user-data-ran'),
      'once',
    );
    const { code, stdout } = await fleet.exec('i-0b', ['docker', 'info', '--format', '{{.Swarm.LocalNodeState}}']);
    assert.deepEqual([code, stdout.trim()], [0, 'active']);
  });

  it('starts a stopped machine with its volume in place', async () => {
    await fleet.stop('i-0a2', 'clean');
    await assert.rejects(fleet.exec('i-0a2', ['true']), { code: 'MachineState' });
    await fleet.start('i-0a2');
    assert.equal(await succeed(MANAGER, `blkid -o value -s TYPE ${DEVICE}`), 'ext4');
  });

  it('boots again when a reboot is typed inside, whatever is under way there', async () => {
    const bootId = await bootIdOf('i-0b');
    const underWay = fleet.exec('i-0b', ['sleep', '600']);
    await succeed(WORKER, '(sleep 0.2; systemctl reboot) >/dev/null 2>&1 &');
    const deadline = performance.now() + 30_000;
    while ([bootId, undefined].includes(await bootIdOf('i-0b'))) {
      assert.ok(performance.now() < deadline, 'i-0b did not come back within 30 s');
      await sleep(100);
    }
    assert.notEqual((await underWay).code, 0);
    assert.equal(await succeed(WORKER, 'cat /var/tmp/user-data-ran'), 'once');
  });

  it('leaves nothing behind', async () => {
    await fleet.destroy();
    assert.deepEqual(await tracesOf(name, join(directory, 'state')), []);
    say('destroyed');
  });

  it('is taken away with no memory of it after its process was killed', async () => {
    const crashed = `${name}-crash`;
    const state = join(directory, 'crash');
    const lab = spawn(
      process.execPath,
      [join(import.meta.dirname, 'crashing-lab.ts'), crashed, state, DEFAULT_CACHE_DIRECTORY],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await Promise.race([once(lab.stdout, 'data'), once(lab, 'exit')]);
    assert.equal(String(line), 'ready\n');
    lab.kill('SIGKILL');
    await once(lab, 'exit');
    assert.notDeepEqual(await tracesOf(crashed, state), []);
    await destroyLeftovers(crashed, state);
    assert.deepEqual(await tracesOf(crashed, state), []);
  });
});
