import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { backingFilesBelow } from '../../../lab/machines/real/loops.ts';
import { canRunRealMachines, defaultStateDirectory, readState } from '../../../lab/state.ts';

const CLI = fileURLToPath(new URL('../../../lab/cli.ts', import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('exit', (code) => setImmediate(() => resolve({ code, stdout, stderr }))));
}

describe('lab command line', () => {
  it('helps, and refuses what it does not understand', async () => {
    const help = await run('--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /kill <instance>/);
    for (const wrong of [['bogus'], ['kill'], ['up', '--port', 'x'], ['--unknown']]) {
      const { code, stderr } = await run(...wrong);
      assert.equal(code, 2, wrong.join(' '));
      assert.doesNotMatch(stderr, /\n\s+at /);
    }
    const name = await run('ps', '--name', 'Not Allowed');
    assert.equal(name.code, 1);
    assert.match(name.stderr, /allowed is/);
  });

  describe('with simulated machines', () => {
    const name = `cli-${process.pid}`;
    after(() => run('down', '--name', name));

    it('starts, shows, and takes away', async () => {
      assert.match((await run('ps', '--name', name)).stderr, /does not run\. Start one: npm run lab/);
      const up = await run('up', '--simulated', '--port', '0', '--name', name);
      assert.equal(up.code, 0, up.stderr);
      assert.match(up.stdout, /^Simulated machines, as asked for/);
      const again = await run('up', '--simulated', '--port', '0', '--name', name);
      assert.match(again.stdout, /runs already/);
      assert.match((await run('env', '--name', name)).stdout, /^export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+\n/);
      assert.match((await run('ps', '--name', name)).stdout, /no instances/);
      assert.match((await run('console', '--name', name)).stderr, /There is no dashboard yet/);
      const kill = await run('kill', 'i-1', '--name', name);
      assert.deepEqual([kill.code, kill.stderr], [1, 'no live instance is "i-1"; there are none\n']);
      const pid = (await readState(defaultStateDirectory(name)))?.pid ?? 0;
      assert.match(
        (await run('down', '--name', name)).stdout,
        new RegExp(`^Took away of the lab "${name}": its process ${pid}`),
      );
      assert.match((await run('down', '--name', name)).stdout, /nothing to take away/);
      assert.equal(existsSync(defaultStateDirectory(name)), false);
    });
  });

  describe('with real machines', { skip: canRunRealMachines() ? false : 'real machines need Linux and root' }, () => {
    const name = `crash-${process.pid}`;
    const stateDirectory = defaultStateDirectory(name);
    after(() => run('down', '--name', name));

    it('takes everything away after its process was killed', async (t) => {
      const up = await run('up', '--port', '0', '--name', name);
      assert.equal(up.code, 0, up.stderr);
      const state = await readState(stateDirectory);
      assert.ok(state);
      await launch(state.endpoint);
      const began = performance.now();
      while (!/ running /.test((await run('ps', '--name', name)).stdout)) assert.ok(performance.now() - began < 60_000);
      const inside = await run('shell', 'i-', '--name', name, '--', 'cat', '/etc/os-release');
      assert.match(inside.stdout, /Debian/, inside.stderr);
      process.kill(state.pid, 'SIGKILL');
      const down = await run('down', '--name', name);
      t.diagnostic(down.stdout.trim());
      assert.match(down.stdout, /1 machine, its network/);
      assert.deepEqual(
        readdirSync('/run/netns').filter((entry) => entry.startsWith(`everswarm-${name}-`)),
        [],
      );
      assert.deepEqual(await backingFilesBelow(stateDirectory), []);
      assert.equal(existsSync(stateDirectory), false);
      const { stdout } = spawnSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' });
      const left = stdout.split('\n').filter((line) => line.includes(name) && !line.startsWith('Z'));
      assert.deepEqual(left, []);
    });
  });
});

async function launch(endpoint: string): Promise<void> {
  const ec2 = new EC2Client({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  });
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: '10.9.0.0/24' }));
  const { Images } = await ec2.send(new DescribeImagesCommand({}));
  const image = Images?.find(({ Architecture }) => Architecture === 'x86_64');
  await ec2.send(
    new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      ImageId: image?.ImageId,
      InstanceType: 't3.small',
      SubnetId: Subnet?.SubnetId,
    }),
  );
}
