import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderBoot } from '../../../lib/flavors/boot.ts';
import { committed } from '../../support/cluster.ts';
import type { StubMachine } from './machine.ts';
import { lastWord, machine, run } from './swarm-machine.ts';

const HASH = '0123456789ab';
/** As `lib/act` sends labels: each line ended, none being a single newline. */
const encoded = (...lines: string[]) => Buffer.from(`${lines.join('\n')}\n`).toString('base64');

/** What the boot script puts on a machine, with whichever labels. */
function daemonJson(labels: readonly string[]): string {
  return `${JSON.stringify({ labels, 'live-restore': false, 'log-opts': { 'max-size': '10m' } }, undefined, 2)}\n`;
}

/** A machine whose engine shows the labels that are in its daemon.json when it is told to reload. */
async function engine(labels: readonly string[]): Promise<StubMachine> {
  const made = await machine('active false');
  await made.put('etc/docker/daemon.json', daemonJson(labels));
  await made.stub('docker', 'case "$*" in *.Labels*) cat shown ;; *) cat answers/swarm ;; esac');
  await made.put('shown', JSON.stringify(labels));
  await made.stub('systemctl', 'case "$*" in reload*) tr -d "\\n" < etc/docker/daemon.json > shown ;; esac');
  return made;
}

const settings = (made: StubMachine, labels: string) => run(made, 'engine-settings', { hash: HASH, labels });
const reloads = async (made: StubMachine) => (await made.calls()).filter((call) => call.includes('reload')).length;

describe('engine-settings', () => {
  it('changes the labels and nothing else, and keeps them for the next boot', async () => {
    await using made = await engine(['old=1', 'everswarm.settings=000000000000', 'everswarm.logical-id=10.42.0.10']);
    const ended = await settings(made, encoded('disk=s"s\\d', 'empty=', 'name=Zürich=2 $HOME `id`'));
    assert.equal(ended.code, 0, ended.stderr);
    const labels = [
      'disk=s"s\\d',
      'empty=',
      'name=Zürich=2 $HOME `id`',
      `everswarm.settings=${HASH}`,
      'everswarm.logical-id=10.42.0.10',
    ];
    assert.equal(await made.read('etc/docker/daemon.json'), daemonJson(labels).trim());
    assert.deepEqual((await made.read('state/engine-labels')).split('\n'), labels);
    assert.equal(await reloads(made), 1);
  });

  it('does nothing where the engine shows these settings already', async () => {
    await using made = await engine([`everswarm.settings=${HASH}`]);
    assert.equal((await settings(made, encoded('a.b=1'))).code, 0);
    assert.equal(await reloads(made), 0);
  });

  it('takes all labels away, and gives some to a machine that had none', async () => {
    await using none = await engine(['old=1', 'everswarm.settings=000000000000']);
    assert.equal((await settings(none, encoded(''))).code, 0);
    assert.deepEqual(JSON.parse(await none.read('etc/docker/daemon.json')).labels, [`everswarm.settings=${HASH}`]);
    await using first = await engine([]);
    await first.put('etc/docker/daemon.json', '{\n  "live-restore": false\n}\n');
    assert.equal((await settings(first, encoded('ab=1'))).code, 0);
    assert.deepEqual(JSON.parse(await first.read('etc/docker/daemon.json')), {
      labels: ['ab=1', `everswarm.settings=${HASH}`],
      'live-restore': false,
    });
  });

  for (const [what, labels] of [
    ['no key', encoded('=1')],
    ['no value', encoded('key')],
    ['a key of one letter', encoded('k=1')],
    ['a key that begins with a digit', encoded('1key=1')],
    ['a reserved key', encoded('com.Docker.x=1')],
    ['a key of ours', encoded('everswarm.settings=ffffffffffff')],
    ['a key twice', encoded('key=1', 'key=2')],
    ['a control character', encoded('key=a\tb')],
    ['a C1 control character', encoded('key=a\u0085b')],
    ['a value that is too long', encoded(`key=${'a'.repeat(1025)}`)],
    ['a NUL', encoded('key=a\0b')],
    ['bytes that are no text', Buffer.from([0x6b, 0x65, 0x3d, 0xff, 0x0a]).toString('base64')],
    ['no base64', 'abc'],
  ] as const) {
    it(`refuses ${what}, and changes nothing`, async () => {
      await using made = await engine(['old=1', 'everswarm.settings=000000000000']);
      const before = await made.read('etc/docker/daemon.json');
      const ended = await settings(made, labels);
      assert.equal(ended.code, 30, ended.stderr);
      assert.equal(await made.read('etc/docker/daemon.json'), before);
      await assert.rejects(made.read('state/engine-labels'));
      assert.equal(await reloads(made), 0);
    });
  }

  it('refuses a daemon.json that a person has written', async () => {
    await using made = await engine(['everswarm.settings=000000000000']);
    await made.put('etc/docker/daemon.json', '{"labels":["a.b=1"]}\n');
    assert.equal((await settings(made, encoded('ab=1'))).code, 30);
    assert.equal(await made.read('etc/docker/daemon.json'), '{"labels":["a.b=1"]}');
  });

  it('leaves what the next boot takes instead of its user data', async () => {
    await using made = await engine(['everswarm.settings=000000000000']);
    await settings(made, encoded('disk=ssd'));
    const kept = JSON.parse(await made.read('etc/docker/daemon.json')).labels;
    for (const name of ['dockerd', 'aws', 'hostname', 'amazon-ssm-agent']) await made.stub(name, 'exit 0');
    await made.stub('systemctl', 'exit 1');
    await made.stub('systemctl', 'case "$*" in is-active*) exit 1 ;; esac');
    const boot = renderBoot({ committed: committed(), group: 'workers' }, made.paths);
    const ended = await made.run(boot, {}, ['env']);
    assert.equal(ended.code, 0, ended.stderr);
    const after = JSON.parse(await made.read('etc/docker/daemon.json'));
    assert.deepEqual(after.labels, kept);
    assert.equal(after['log-driver'], 'json-file');
  });
});

describe('engine-stop', () => {
  /** `systemctl is-active` says what is in the file `unit`. */
  async function running(unit = 'active'): Promise<StubMachine> {
    const made = await machine();
    await made.put('unit', unit);
    await made.stub(
      'systemctl',
      'case "$*" in stop*docker.service*) echo inactive > unit ;; *is-active*) case "$*" in *--quiet*) ;; *) cat unit ;; esac; [ "$(cat unit)" = active ] ;; esac',
    );
    await made.put('answers/docker', 'exit 0');
    await made.stub(
      'docker',
      'case "$*" in *NodeID*) echo n1 ;; info*) cat answers/swarm ;; *) . ./answers/docker ;; esac',
    );
    return made;
  }
  const stop = (made: StubMachine, node = 'n1', expires = '9999999999') => run(made, 'engine-stop', { node, expires });
  const stopped = async (made: StubMachine) =>
    (await made.calls()).some((call) => /^systemctl stop .*docker.service/.test(call));

  it('proves the quorum with a write, then stops the engine and what would start it again', async () => {
    await using made = await running();
    const ended = await stop(made);
    assert.equal(ended.code, 0, ended.stderr);
    const calls = await made.calls();
    const proof = calls.indexOf('docker node update --label-add everswarm.stopping=7 n1');
    assert.ok(proof >= 0 && proof < calls.indexOf('systemctl stop docker.socket docker.service'));
    assert.equal((await stop(made)).stdout, 'stopped already\n');
  });

  it('stops nothing on an order that has expired', async () => {
    await using made = await running();
    const ended = await stop(made, 'n1', String(Math.floor(Date.now() / 1000) - 5));
    assert.equal(ended.code, 15, ended.stderr);
    assert.ok(!(await stopped(made)));
    assert.ok(!(await made.calls()).some((call) => call.startsWith('docker node update')));
  });

  for (const [what, code, prepare] of [
    [
      'the write fails',
      40,
      (made: StubMachine) => made.put('answers/docker', 'echo "The swarm does not have a leader." >&2; exit 1'),
    ],
    ['the write gets no answer', 40, (made: StubMachine) => made.put('answers/docker', 'exit 124')],
    [
      'the Swarm does not know the node',
      40,
      (made: StubMachine) => made.put('answers/docker', 'echo "Error: No such node: n1" >&2; exit 1'),
    ],
    ['it is no manager', 40, (made: StubMachine) => made.put('answers/swarm', 'active false')],
    ['the engine is in error', 40, (made: StubMachine) => made.put('answers/swarm', 'error false')],
  ] as const) {
    it(`stops nothing when ${what}`, async () => {
      await using made = await running();
      await prepare(made);
      assert.equal((await stop(made)).code, code);
      assert.ok(!(await stopped(made)));
    });
  }

  it('stops nothing when another node is meant', async () => {
    await using made = await running();
    const ended = await stop(made, 'n2');
    assert.equal(ended.code, 22);
    assert.match(lastWord(ended.stderr), /is node n1, .* node n2/);
    assert.ok(!(await stopped(made)));
  });
});
