import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, rm, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BootScriptError, renderBoot } from '../../../lib/flavors/boot.ts';
import type { MachinePaths } from '../../../lib/flavors/machine-paths.ts';
import { settingsHash } from '../../../lib/spec/settings-hash.ts';
import type { CommittedSpec, GroupSpec } from '../../../lib/spec/spec.ts';
import { committed } from '../../support/cluster.ts';
import { StubMachine } from './machine.ts';

const VOLUME = 'vol-0123456789abcdef0';
const PET = { group: 'managers', logicalId: '10.42.0.10', volumeId: VOLUME };

function spec(change: Partial<GroupSpec> = {}): CommittedSpec {
  const base = committed();
  const groups = Object.fromEntries(
    Object.entries(base.spec.groups).map(([name, group]) => [name, { ...group, ...change }]),
  );
  return { ...base, spec: { ...base.spec, groups } };
}

describe('boot script', () => {
  for (const [what, text] of [
    ['a pet', renderBoot({ committed: spec(), ...PET })],
    ['cattle', renderBoot({ committed: spec(), group: 'workers' })],
    [
      'Docker installed at boot',
      renderBoot({ committed: spec({ ami: { source: { kind: 'id', imageId: 'ami-1' }, docker: 'install' } }), ...PET }),
    ],
    [
      'commands and labels with every quote',
      renderBoot({
        committed: spec({
          labels: { a: `it's "x" $HOME` },
          initCommands: [`echo 'a' "b" \`c\` $(d) \\ {{ x }}`, 'two\nlines'],
        }),
        ...PET,
      }),
    ],
  ] as const) {
    it(`is a boothook that bash understands: ${what}`, () => {
      assert.match(text, /^#cloud-boothook\n#!\/bin\/bash\n# everswarm-boot \{/);
      execFileSync('bash', ['-n'], { input: text });
      if (existsSync('/usr/bin/shellcheck')) {
        // The second line becomes the first: cloud-init takes its own off.
        execFileSync('shellcheck', ['-s', 'bash', '-S', 'warning', '-'], { input: text.slice(text.indexOf('\n') + 1) });
      }
    });
  }

  it('is the same for the same order, and knows no unknown group', () => {
    assert.equal(renderBoot({ committed: spec(), ...PET }), renderBoot({ committed: spec(), ...PET }));
    assert.throws(() => renderBoot({ committed: spec(), group: 'constructor' }), BootScriptError);
  });
});

describe('boot script on an image without a Systems Manager agent', () => {
  /** Debian on arm64, as far as the script asks; nothing of it reaches this machine. */
  async function debian(download: string): Promise<StubMachine> {
    const made = await StubMachine.create();
    for (const name of ['dockerd', 'aws', 'systemctl', 'hostname']) await made.stub(name, 'exit 0');
    await made.stub('dpkg', '[ "$1" != --print-architecture ] || echo arm64');
    await made.stub(
      'curl',
      `case "$*" in
  */api/token*) echo token ;;
  */instance-id*) echo i-0000000a ;;
  */placement/region*) echo eu-central-1 ;;
  */services/domain*) echo amazonaws.com ;;
  */_ping*) echo -n OK ;;
  *amazon-ssm-agent.deb*) ${download} ;;
  *) exit 22 ;;
esac`,
    );
    return made;
  }
  const boot = (made: StubMachine) =>
    made.run(renderBoot({ committed: spec({ initCommands: [] }), group: 'workers' }, made.paths), {}, ['env']);

  it("installs the Region's own", async () => {
    await using made = await debian('exit 0');
    assert.equal((await boot(made)).code, 0);
    const calls = await made.calls();
    const source =
      'https://s3.eu-central-1.amazonaws.com/amazon-ssm-eu-central-1/latest/debian_arm64/amazon-ssm-agent.deb';
    assert.ok(calls.some((call) => call.startsWith('curl ') && call.endsWith(source)));
    assert.ok(calls.includes(`dpkg -i ${made.paths.state}/amazon-ssm-agent.deb`));
    assert.ok(calls.includes('systemctl enable --now amazon-ssm-agent'));
    assert.equal(await made.read('run/boot'), 'done');
  });

  it('goes on without one that can not be had', async () => {
    await using made = await debian('exit 6');
    assert.equal((await boot(made)).code, 0);
    assert.ok(!(await made.calls()).some((call) => call.startsWith('dpkg -i')));
    assert.equal(await made.read('run/boot'), 'done');
  });

  it('leaves the one that is there alone', async () => {
    await using made = await debian('exit 0');
    await made.stub('amazon-ssm-agent', 'exit 0');
    assert.equal((await boot(made)).code, 0);
    assert.ok(!(await made.calls()).some((call) => call.includes('ssm-agent')));
  });
});

const canLoop = process.getuid?.() === 0 && existsSync('/dev/loop-control');

describe('boot script on a volume', { skip: !canLoop && 'needs root and loop devices' }, () => {
  /** A stub machine with a real loop device for its volume, mounted in a mount namespace that ends with the script. */
  async function machine(): Promise<
    { made: StubMachine; image: string; boot(): Promise<{ code: number; state: string }> } & AsyncDisposable
  > {
    const made = await StubMachine.create();
    for (const name of ['dockerd', 'aws']) await made.stub(name, 'exit 0');
    for (const name of ['systemctl', 'hostname']) await made.stub(name, 'exit 0');
    const image = join(made.directory, 'volume');
    await (await open(image, 'w')).close();
    await truncate(image, 256 * 1024 * 1024);
    const device = execFileSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).trim();
    await symlink(device, join(made.paths.devices, `nvme-Amazon_Elastic_Block_Store_${VOLUME.replace('-', '')}`));
    return {
      made,
      image,
      async boot() {
        // Another boot: what is on the tmpfs is gone.
        await rm(join(made.paths.run, 'prepared'), { force: true });
        await made.put('state/commands', '0');
        const ended = await made.run(script(made.paths), {}, ['unshare', '--mount', '--propagation', 'private']);
        return { code: ended.code, state: await made.read('run/boot') };
      },
      async [Symbol.asyncDispose]() {
        execFileSync('losetup', ['-d', device]);
        await made[Symbol.asyncDispose]();
      },
    };
  }

  function script(paths: MachinePaths): string {
    const initCommands = [`echo line >> ${paths.docker}/kept; cp ${paths.docker}/kept ${paths.run}/kept`];
    return renderBoot({ committed: spec({ initCommands, labels: { disk: 'ssd' } }), ...PET }, paths);
  }

  it('formats a blank one, and never again', async () => {
    await using it = await machine();
    assert.deepEqual(await it.boot(), { code: 0, state: 'done' });
    assert.deepEqual(await it.boot(), { code: 0, state: 'done' });
    assert.equal(await it.made.read('run/kept'), 'line\nline');
    assert.deepEqual(JSON.parse(await it.made.read('etc/docker/daemon.json')).labels, [
      'disk=ssd',
      `everswarm.settings=${settingsHash({ labels: { disk: 'ssd' } })}`,
      'everswarm.logical-id=10.42.0.10',
    ]);
    assert.equal(await it.made.read('hostname'), 'i-0000000a');
    const calls = await it.made.calls();
    assert.ok(
      calls.indexOf('systemctl stop docker.socket docker.service') < calls.indexOf('systemctl start docker.service'),
    );
  });

  const hash = (image: string) => execFileSync('sha256sum', [image], { encoding: 'utf8' });

  for (const [what, spoil, complaint] of [
    [
      'data without a file system',
      (image: string) => write(image, 1024 * 1024),
      /holds data, but no file system known/,
    ],
    ['data at 128 MiB only', (image: string) => write(image, 128 * 1024 * 1024), /holds data at 128 MiB/],
    [
      'another kind of file system',
      async (image: string) => void execFileSync('mkswap', [image]),
      /holds swap and not ext4/,
    ],
  ] as const) {
    it(`leaves ${what} alone`, async () => {
      await using it = await machine();
      await spoil(it.image);
      const before = hash(it.image);
      const { code, state } = await it.boot();
      assert.equal(code, 1);
      assert.match(state, /^failed volume vol-/);
      assert.match(state, complaint);
      assert.equal(hash(it.image), before);
    });
  }

  it('formats nothing after a read error', async () => {
    await using it = await machine();
    await it.made.stub('dd', 'echo "dd: error reading: Input/output error" >&2; exit 1');
    const before = hash(it.image);
    assert.match((await it.boot()).state, /^failed volume .* can't be read; it was not formatted/);
    assert.equal(hash(it.image), before);
  });

  it('says which command failed, and starts no engine', async () => {
    await using it = await machine();
    const text = renderBoot({ committed: spec({ initCommands: ['true', 'exit 3'] }), ...PET }, it.made.paths);
    const ended = await it.made.run(text, {}, ['unshare', '--mount', '--propagation', 'private']);
    assert.equal(ended.code, 1);
    assert.equal(await it.made.read('run/boot'), 'failed init command 2 of 2 ended with 3: exit 3');
    assert.ok(!existsSync(join(it.made.paths.run, 'prepared')));
    assert.ok(!(await it.made.calls()).includes('systemctl start docker.service'));
  });
});

async function write(image: string, position: number): Promise<void> {
  const file = await open(image, 'r+');
  try {
    await file.write(Buffer.from('precious'), 0, 8, position);
    await file.sync();
  } finally {
    await file.close();
  }
}
