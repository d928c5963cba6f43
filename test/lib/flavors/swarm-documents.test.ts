import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { StubMachine } from './machine.ts';
import { machine, run } from './swarm-machine.ts';

describe('node-drain', () => {
  const calls = async (availability: string) => {
    await using made = await machine();
    await made.put('answers/docker', `case "$*" in *inspect*) echo ${availability} ;; esac`);
    const ended = await run(made, 'node-drain', { node: 'n1', seconds: '5' });
    assert.equal(ended.code, 0, ended.stderr);
    return (await made.calls()).filter((call) => call.startsWith('docker node update'));
  };

  it('says in the same update that it was the controller, where the node worked', async () => {
    assert.deepEqual(await calls('active'), [
      'docker node update --label-add everswarm.drained=7 --availability drain n1',
    ]);
  });

  it("does not make a person's pause or drain its own", async () => {
    assert.deepEqual(await calls('pause'), ['docker node update --availability drain n1']);
    assert.deepEqual(await calls('drain'), []);
  });

  it('tries again where the node has changed in between', async () => {
    await using made = await machine();
    await made.put(
      'answers/docker',
      'case "$*" in *inspect*) echo active ;; *update*) [ -e once ] && exit; touch once; echo "update out of sequence" >&2; exit 1 ;; esac',
    );
    assert.equal((await run(made, 'node-drain', { node: 'n1', seconds: '5' })).code, 0);
    assert.equal((await made.calls()).filter((call) => call.startsWith('docker node update')).length, 2);
  });
});

describe('node-activate', () => {
  for (const [what, inspect, code, update] of [
    ['a drain of ours', 'echo drain drained', 0, '--label-rm everswarm.drained --availability active'],
    [
      'a drain of ours before a stop',
      'echo drain drained stopping',
      0,
      '--label-rm everswarm.drained --label-rm everswarm.stopping --availability active',
    ],
    ['what is left of one', 'echo active drained', 0, '--label-rm everswarm.drained --availability active'],
    ['an active node', 'echo active', 0, undefined],
    ["a person's drain", 'echo drain', 30, undefined],
    ["a person's drain after a stop of ours", 'echo pause stopping', 30, undefined],
    ['a node that is gone', 'echo "Error: No such node: n1" >&2; exit 1', 1, undefined],
    ['a Swarm without a leader', 'echo "The swarm does not have a leader." >&2; exit 1', 40, undefined],
  ] as const) {
    it(`ends with ${code} on ${what}`, async () => {
      await using made = await machine();
      await made.put('answers/docker', `case "$*" in *inspect*) ${inspect} ;; esac`);
      const ended = await run(made, 'node-activate', { node: 'n1' });
      assert.equal(ended.code, code, ended.stderr);
      const updates = (await made.calls()).filter((call) => call.startsWith('docker node update'));
      assert.deepEqual(updates, update === undefined ? [] : [`docker node update ${update} n1`]);
    });
  }
});

describe('a change of a role', () => {
  for (const [key, answer, code] of [
    ['node-promote', 'echo n1', 0],
    ['node-promote', 'echo "Error: No such node: n1" >&2; exit 1', 1],
    ['node-promote', 'echo "rpc error: code = Unavailable desc = connection error" >&2; exit 1', 40],
    ['node-promote', 'echo "rpc error: context deadline exceeded" >&2; exit 1', 40],
    ['node-promote', 'echo "raft: failed to process the request: node lost leader status" >&2; exit 1', 40],
    ['node-demote', 'echo "raft: no elected cluster leader" >&2; exit 1', 40],
    ['node-promote', '[ -e once ] && exit; touch once; echo "update out of sequence" >&2; exit 1', 0],
    ['node-demote', '[ -e once ] && exit; touch once; echo "update out of sequence" >&2; exit 1', 0],
    ['node-demote', 'echo "update out of sequence" >&2; exit 1', 1],
  ] as const) {
    it(`${key} ends with ${code} on: ${answer}`, async () => {
      await using made = await machine();
      await made.put('answers/docker', answer);
      assert.equal((await run(made, key, { node: 'n1' })).code, code);
    });
  }
});

const RAFT = 'docker/swarm/raft/wal-v3-encrypted/0000000000000000-0000000000000000.wal';

/** With Raft state on its disk, and an engine that starts unless it may not with that state. */
async function member(swarm: string, engine: 'starts' | 'starts-without-raft' | 'never-starts'): Promise<StubMachine> {
  const made = await machine(swarm);
  await made.put(RAFT, 'log');
  const can = { starts: 'true', 'starts-without-raft': '[ ! -e docker/swarm/raft ]', 'never-starts': 'false' }[engine];
  await made.stub(
    'systemctl',
    `case "$*" in is-active*) ${can} ;; is-failed*) ! ${can} ;; 'start docker.service') ${can} ;; esac`,
  );
  await made.stub(
    'docker',
    `case "$*" in
      *NodeID*) echo n1 ;;
      *Managers*) cat managers ;;
      info*) cat answers/swarm ;;
      'swarm leave'*) rm -rf docker/swarm; echo inactive false > answers/swarm ;;
      *) . ./answers/docker ;;
    esac`,
  );
  await made.put('answers/docker', 'exit 1');
  return made;
}

const NO_LEADER = 'echo "The swarm does not have a leader." >&2; exit 1';

describe('swarm-leave', () => {
  const kept = async (made: StubMachine) => {
    const former = (await readdir(made.paths.docker)).filter((name) => name.startsWith('swarm.former-'));
    const file = RAFT.replace('docker/swarm/', '');
    return await Promise.all(former.map((name) => readFile(`${made.paths.docker}/${name}/${file}`, 'utf8')));
  };

  for (const [what, swarm] of [
    ['an engine with damaged state', 'error false the WAL is broken'],
    ['an engine that was removed and still tries', 'pending true'],
    ['a manager that knows no leader', 'active true'],
  ] as const) {
    it(`takes ${what} out, and loses nothing of its Raft state`, async () => {
      await using made = await member(swarm, 'starts');
      const ended = await run(made, 'swarm-leave');
      assert.equal(ended.code, 0, ended.stderr);
      assert.ok((await made.calls()).includes('docker swarm leave --force'));
      assert.deepEqual(await kept(made), ['log']);
      assert.equal((await run(made, 'swarm-leave')).stdout, 'in no Swarm\n');
      assert.deepEqual(await kept(made), ['log']);
    });
  }

  it('refuses where the engine is a manager that has a leader, or is locked', async () => {
    await using made = await member('active true', 'starts');
    await made.put('answers/docker', 'exit 0');
    assert.equal((await run(made, 'swarm-leave')).code, 30);
    await using locked = await member('locked false', 'starts');
    assert.equal((await run(locked, 'swarm-leave')).code, 30);
    for (const one of [made, locked]) assert.ok(!(await one.calls()).includes('docker swarm leave --force'));
  });

  for (const [what, swarm, engine] of [
    ['with which no engine starts', 'error false', 'starts-without-raft'],
    ['that no engine knows of', 'inactive false', 'starts'],
  ] as const) {
    it(`puts state aside ${what}`, async () => {
      await using made = await member(swarm, engine);
      const ended = await run(made, 'swarm-leave');
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(ended.stdout, /^put aside in .*\/swarm\.former-\d{8}T\d{6}Z\n$/);
      assert.deepEqual(await kept(made), ['log']);
    });
  }

  it('puts the state back where the engine does not start without it either', async () => {
    await using made = await member('error false', 'never-starts');
    assert.equal((await run(made, 'swarm-leave')).code, 1);
    assert.equal(await made.read(RAFT), 'log');
    assert.deepEqual(await kept(made), []);
  });
});

describe('swarm-recover', () => {
  const recover = async (made: StubMachine, clusterId = 'c1') => {
    await made.stub('openssl', 'echo "    organizationName          = c1"');
    const ended = await run(made, 'swarm-recover', { clusterId });
    const forced = (await made.calls()).filter((call) => call.includes('--force-new-cluster'));
    return { ...ended, forced };
  };

  it('makes a new Swarm of a manager without a quorum, at its own address', async () => {
    await using made = await member('active true', 'starts');
    await made.put('answers/docker', `case "$*" in 'node update'*) ${NO_LEADER} ;; esac`);
    const ended = await recover(made);
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(ended.forced, ['docker swarm init --force-new-cluster --advertise-addr 10.42.0.10']);
  });

  it('asks again where the leader gave up just now, which may have a successor', async () => {
    const lost =
      'echo "rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status" >&2';
    for (const [then, code, forced] of [
      [NO_LEADER, 0, 1],
      ['exit 0', 30, 0],
    ] as const) {
      await using made = await member('active true', 'starts');
      await made.put('managers', '3');
      await made.put(
        'answers/docker',
        `case "$*" in 'node update'*) [ -e once ] || { touch once; ${lost}; exit 1; }; ${then} ;; esac`,
      );
      const ended = await recover(made);
      assert.equal(ended.code, code, ended.stderr);
      assert.equal(ended.forced.length, forced);
    }
  });

  it('is done where it was done, and refuses a Swarm of several managers that takes writes', async () => {
    for (const [managers, code] of [
      ['1', 0],
      ['3', 30],
    ] as const) {
      await using made = await member('active true', 'starts');
      await made.put('answers/docker', 'exit 0');
      await made.put('managers', managers);
      const ended = await recover(made);
      assert.equal(ended.code, code, ended.stderr);
      assert.deepEqual(ended.forced, []);
    }
  });

  it('refuses state of another Swarm, no state, and what it does not understand', async () => {
    await using other = await member('active true', 'starts');
    await using none = await machine('inactive false');
    await using strange = await member('active true', 'starts');
    await strange.put('answers/docker', 'echo "update out of sequence" >&2; exit 1');
    for (const [made, clusterId, code] of [
      [other, 'c2', 22],
      [none, 'c1', 22],
      [strange, 'c1', 1],
    ] as const) {
      const ended = await recover(made, clusterId);
      assert.equal(ended.code, code, ended.stderr);
      assert.deepEqual(ended.forced, []);
    }
  });
});
