import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { documentFacts } from '../../../lib/flavors/document-facts.ts';
import { documentContent, documentScript } from '../../../lib/flavors/documents.ts';
import { DOCUMENTS } from '../../../lib/names.ts';
import type { StubMachine } from './machine.ts';
import { lastWord, machine, run, TOKEN } from './swarm-machine.ts';

describe('documents', () => {
  for (const key of DOCUMENTS) {
    it(`${key} is a document that Systems Manager and bash understand`, () => {
      const content = JSON.stringify(documentContent('demo', key));
      assert.ok(content.length < 64 * 1024);
      const script = documentScript('demo', key);
      assert.match(script, /^#!\/bin\/bash\n/);
      const used = new Set([...script.matchAll(/\{\{([^}]*)\}\}/g)].map(([, name]) => name));
      const declared = Object.keys(documentFacts(key).parameters).map((name) => ` ${name} `);
      assert.deepEqual([...used].sort(), declared.sort());
      execFileSync('bash', ['-n'], { input: script });
      if (existsSync('/usr/bin/shellcheck')) {
        execFileSync('shellcheck', ['-s', 'bash', '-S', 'warning', '-'], { input: script });
      }
    });
  }

  it('admits nothing in a parameter that a shell would take for more than text', () => {
    const bad = ["a'b", 'a b', '$(id)', '`id`', 'a"b', 'a;b', 'a\nb', '{{ x }}', ''];
    for (const key of DOCUMENTS) {
      for (const [name, { allowedPattern, default: none }] of Object.entries(documentFacts(key).parameters)) {
        assert.match(allowedPattern, /^\^.*\$$/);
        for (const value of bad) {
          assert.equal(new RegExp(allowedPattern).test(value), value === none, `${key} ${name} ${value}`);
        }
      }
    }
  });
});

describe('every effect', () => {
  it('refuses to run on another machine', async () => {
    await using made = await machine();
    const ended = await run(made, 'node-demote', { instances: 'i-0000000b,i-000000a', node: 'n1' });
    assert.equal(ended.code, 10);
    assert.match(lastWord(ended.stderr), /^everswarm: 10 this is i-0000000a/);
    assert.ok(!(await made.calls()).some((call) => call.startsWith('docker')));
  });

  it('refuses a fence older than the last, and takes the same again', async () => {
    await using made = await machine();
    await made.put('answers/docker', 'exit 0');
    const codes: number[] = [];
    for (const fence of ['7', '7', '6', '10', '9'])
      codes.push((await run(made, 'node-demote', { fence, node: 'n1' })).code);
    assert.deepEqual(codes, [0, 0, 11, 0, 11]);
    assert.equal(await made.read('run/fence'), '10');
  });

  it('does not begin a second time with a command that comes twice, as long as the fence is the same', async () => {
    await using made = await machine();
    await made.put('answers/docker', 'exit 0');
    const codes: number[] = [];
    const [one, other] = ['00112233445566aa', '00112233445566bb'];
    for (const [fence, order] of [
      ['7', one],
      ['7', other],
      ['7', one],
      ['7', ''],
      ['7', ''],
      ['8', one],
      ['7', other],
    ] as const)
      codes.push((await run(made, 'node-demote', { fence, order, node: 'n1' })).code);
    assert.deepEqual(codes, [0, 0, 16, 0, 0, 0, 11]);
    assert.equal(await made.read('run/orders'), one);
  });

  it('waits for the one before, but not for long', async () => {
    await using made = await machine();
    const holder = spawn('flock', [`${made.paths.run}/lock`, 'sleep', '30'], { stdio: 'ignore', detached: true });
    await new Promise((resolve) => holder.once('spawn', resolve));
    try {
      for (let tries = 0; tries < 100 && !existsSync(`${made.paths.run}/lock`); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assert.equal((await run(made, 'node-demote', { node: 'n1' })).code, 12);
    } finally {
      if (holder.pid !== undefined) process.kill(-holder.pid);
    }
  });
});

describe('swarm-init', () => {
  it('begins a Swarm, and shows its tokens to nobody', async () => {
    await using made = await machine('inactive false');
    await made.stub('mountpoint', 'exit 0');
    await made.put('answers/docker', `echo "docker swarm join --token ${TOKEN}"; echo "noise" >&2; exit 0`);
    const ended = await run(made, 'swarm-init');
    assert.equal(ended.code, 0, ended.stderr);
    const calls = await made.calls();
    assert.ok(
      calls.some((call) =>
        /^docker swarm init --advertise-addr 10.42.0.10 --default-addr-pool 10.128.0.0\/9/.test(call),
      ),
    );
    for (const role of ['manager', 'worker']) assert.equal(await made.read(`stored-${role}`), TOKEN);
    assert.ok(!`${ended.stdout}${ended.stderr}${calls.join()}`.includes('SWMTKN'));
  });

  for (const [what, prepare, code] of [
    ['Raft state on the disk', (made: StubMachine) => made.put('docker/swarm/raft/wal-v3-encrypted/0.wal', ''), 30],
    ['a root disk', (made: StubMachine) => made.stub('mountpoint', 'exit 1'), 30],
    ['a worker of a Swarm', (made: StubMachine) => made.put('answers/swarm', 'active false'), 22],
    ['a locked Swarm', (made: StubMachine) => made.put('answers/swarm', 'locked false'), 30],
    ['a failed boot', (made: StubMachine) => made.put('run/boot', 'failed no volume'), 13],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await using made = await machine('inactive false');
      await made.stub('mountpoint', 'exit 0');
      await prepare(made);
      const ended = await run(made, 'swarm-init');
      assert.equal(ended.code, code, ended.stderr);
      assert.ok(!(await made.calls()).some((call) => call.startsWith('docker swarm init')));
    });
  }

  it('hides a token in an error', async () => {
    await using made = await machine('inactive false');
    await made.stub('mountpoint', 'exit 0');
    await made.put('answers/docker', `echo "can't, see ${TOKEN}" >&2; exit 1`);
    const ended = await run(made, 'swarm-init');
    assert.equal(ended.code, 1);
    assert.match(lastWord(ended.stderr), /see \(token\)/);
  });
});

describe('swarm-join', () => {
  const worker = { role: 'worker', managers: '10.42.0.10,10.42.1.10,10.42.2.10' };

  it('joins at the first manager that is not itself, the token on no command line', async () => {
    await using made = await machine('inactive false');
    await made.put('stored', TOKEN);
    const ended = await run(made, 'swarm-join', worker);
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /joined at 10.42.1.10/);
    assert.deepEqual(JSON.parse(await made.read('join-body')), {
      ListenAddr: '0.0.0.0:2377',
      AdvertiseAddr: '10.42.0.10',
      RemoteAddrs: ['10.42.1.10:2377'],
      JoinToken: TOKEN,
      Availability: 'active',
    });
    assert.ok(!(await made.calls()).join().includes('SWMTKN'));
  });

  it('gives up a join that went on in the background before it tries the next manager', async () => {
    await using made = await machine('inactive false');
    await made.put('stored', TOKEN);
    await made.put(
      'answers/join',
      `if grep -q 10.42.1.10: join-body; then
         echo pending false > answers/swarm; echo '{"message":"Timeout was reached before node joined."}'
       else echo active false > answers/swarm; fi`,
    );
    const ended = await run(made, 'swarm-join', worker);
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /joined at 10.42.2.10/);
    assert.ok((await made.calls()).includes('docker swarm leave --force'));
  });

  it('leaves a half-done join, but never one with Raft state', async () => {
    await using made = await machine('pending false');
    await made.put('stored', TOKEN);
    assert.equal((await run(made, 'swarm-join', worker)).code, 0);
    await using raft = await machine('error false');
    await raft.put('docker/swarm/raft/wal-v3-encrypted/0.wal', '');
    assert.equal((await run(raft, 'swarm-join', worker)).code, 30);
    assert.ok(!(await raft.calls()).includes('docker swarm leave --force'));
  });

  it('is done where the role is held already, and refuses another', async () => {
    await using made = await machine('active false');
    assert.equal((await run(made, 'swarm-join', worker)).code, 0);
    assert.equal((await run(made, 'swarm-join', { ...worker, role: 'manager' })).code, 22);
  });

  it('asks for tokens where there is none, or the Swarm refuses it', async () => {
    await using none = await machine('inactive false');
    const ended = await run(none, 'swarm-join', worker);
    assert.equal(ended.code, 20);
    assert.match(lastWord(ended.stderr), /ParameterNotFound/);
    await using stale = await machine('inactive false');
    await stale.put('stored', TOKEN);
    await stale.put('answers/join', `echo '{"message":"A valid join token is necessary, not ${TOKEN}"}'`);
    const refused = await run(stale, 'swarm-join', worker);
    assert.equal(refused.code, 20);
    assert.ok(!refused.stderr.includes('SWMTKN'));
  });

  it('says of each manager why it did not work', async () => {
    await using made = await machine('inactive false');
    await made.put('stored', TOKEN);
    await made.put('answers/join', `echo '{"message":"connection refused"}'`);
    const ended = await run(made, 'swarm-join', worker);
    assert.equal(ended.code, 21);
    assert.match(lastWord(ended.stderr), /10.42.1.10: .*refused.* 10.42.2.10: .*refused/);
  });
});

describe('engine-restart', () => {
  const seconds = () => Math.floor(Date.now() / 1000);

  it('does nothing on an order that has expired', async () => {
    await using made = await machine();
    await made.stub('systemctl', 'exit 0');
    const ended = await run(made, 'engine-restart', { expires: String(seconds() - 5) });
    assert.equal(ended.code, 15, ended.stderr);
    assert.match(lastWord(ended.stderr), /nothing was done/);
    assert.ok(!(await made.calls()).some((call) => call.startsWith('systemctl')));
  });
});

describe('nodes', () => {
  for (const [key, answer, code] of [
    ['node-demote', 'echo "Error: No such node: n1" >&2; exit 1', 0],
    ['node-demote', 'echo "attempting to demote the last manager of the swarm" >&2; exit 1', 30],
    ['node-demote', 'echo "The swarm does not have a leader." >&2; exit 1', 40],
    ['node-remove', 'echo "Error: No such node: n1" >&2; exit 1', 0],
    ['node-remove', 'echo "rpc error: context deadline exceeded" >&2; exit 1', 40],
    [
      'node-remove',
      'if [ -e once ]; then exit 0; fi; touch once; echo "n1 is a cluster manager. It must be demoted to worker" >&2; exit 1',
      0,
    ],
    [
      'node-drain',
      'case "$*" in *ps*) if [ -e once ]; then echo "Shutdown 1 s ago"; else touch once; echo "Running 1 s ago"; fi ;; esac',
      0,
    ],
  ] as const) {
    it(`${key} ends with ${code} on: ${answer.slice(0, 60)}`, async () => {
      await using made = await machine();
      await made.put('answers/docker', answer);
      const ended = await run(made, key, { node: 'n1', seconds: '5' });
      assert.equal(ended.code, code, ended.stderr);
      if (key === 'node-drain') assert.equal(ended.stdout, 'tasks 0\n');
    });
  }

  it('node-remove refuses a manager that is not demoted', async () => {
    await using made = await machine();
    await made.stub('sleep', 'exit 0');
    await made.put('answers/docker', 'echo "n1 is a cluster manager. It must be demoted to worker" >&2; exit 1');
    const ended = await run(made, 'node-remove', { node: 'n1' });
    assert.equal(ended.code, 30, ended.stderr);
    assert.equal((await made.calls()).filter((call) => call === 'docker node rm --force n1').length, 10);
  });

  it('node-drain says how many are left when the time is over', async () => {
    await using made = await machine();
    await made.put('answers/docker', 'case "$*" in *ps*) echo "Running 1 s ago"; echo "Running 2 s ago" ;; esac');
    assert.equal((await run(made, 'node-drain', { node: 'n1', seconds: '1' })).stdout, 'tasks 2\n');
  });
});
