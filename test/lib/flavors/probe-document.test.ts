import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, rm, utimes } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { CommandOrder, CommandOutcome, CommandRunner } from '../../../lib/aws/run-command.ts';
import { documentScript } from '../../../lib/flavors/documents.ts';
import type { MachineProbe } from '../../../lib/observe/observation.ts';
import { probeMachines } from '../../../lib/observe/probe.ts';
import { parseProbeReport } from '../../../lib/observe/probe-report.ts';
import { StubMachine } from './machine.ts';

const ME = 'i-0000000a';
/** Systems Manager keeps so many characters of a command's output (GetCommandInvocation). */
const OUTPUT_LIMIT = 24_000;

/** As random as a node's id is. */
const idOf = (index: number) =>
  BigInt(`0x${createHash('md5').update(String(index)).digest('hex')}`)
    .toString(36)
    .padStart(25, '0');

/** A manager of a Swarm of so many nodes, three of them managers, which come last in Docker's list. */
async function manager(nodes: number, leader = ME): Promise<StubMachine> {
  const made = await StubMachine.create();
  const lines = Array.from({ length: nodes }, (_, index) => {
    const place = index - (nodes - 3);
    const hostname = place < 0 ? `i-${idOf(-index).slice(0, 17)}` : `i-0000000${'abc'[place]}`;
    const raft = { reachability: 'reachable', leader: hostname === leader, addr: `10.42.0.${place}:2377` };
    return JSON.stringify({
      id: idOf(index),
      version: 20 + index,
      hostname,
      role: place < 0 ? 'worker' : 'manager',
      availability: 'active',
      state: 'ready',
      addr: `10.42.${index >> 8}.${index & 255}`,
      logicalId: '',
      settings: '0123456789ab',
      drained: index === 0 ? '12' : '',
      manager: place < 0 ? null : raft,
    });
  });
  const own = idOf(nodes - 3);
  await made.put('nodes', `${lines.join('\n')}\n`);
  await made.put(
    'info',
    `{"version":"1","nodeId":"${own}","nodeAddr":"10.42.0.10","localState":"active","controlAvailable":true,"error":"","clusterId":"c"}`,
  );
  await made.put('run/boot', 'done\n');
  await made.stub('systemctl', 'exit 0');
  await made.stub('hostname', `echo ${ME}`);
  await made.stub('docker', 'case "$*" in info*) cat info ;; *inspect*) cat nodes ;; *) echo id ;; esac');
  await made.put('tasks', `[${[own, own, idOf(0)].map((id) => `{"ID":"t","NodeID":"${id}"}`).join()},{"ID":"t"}]`);
  await made.stub(
    'curl',
    `case "$*" in
      */api/token*) echo token ;; */instance-id*) echo ${ME} ;; */_ping*) echo -n OK ;; */tasks*) cat tasks ;;
    esac`,
  );
  return made;
}

/** Systems Manager in front of a machine, which runs one script at a time; notes what was run. */
function runnerOf(made: StubMachine, orders: CommandOrder[] = []): CommandRunner {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async run(order) {
      orders.push(order);
      const script = documentScript('demo', order.document, made.paths);
      const running = last.then(() => made.run(script, { ...order.parameters }));
      last = running;
      const ended = await running;
      assert.ok(ended.stdout.length < OUTPUT_LIMIT, `${order.document} prints ${ended.stdout.length} characters`);
      const outcome: CommandOutcome = { kind: 'finished', ...ended, exitCode: ended.code };
      return new Map(order.instanceIds.map((id) => [id, outcome]));
    },
  };
}

async function probed(runner: CommandRunner): Promise<MachineProbe> {
  const outcome = (await probeMachines({ runner, instanceIds: [ME] })).get(ME);
  assert.ok(outcome?.kind === 'answered', JSON.stringify(outcome));
  return outcome.probe;
}

describe('probe', () => {
  for (const [nodes, form] of [
    [3, 'node'],
    [100, 'gzip'],
    [300, 'gzip'],
  ] as const) {
    it(`lists ${nodes} nodes in one report (${form})`, async () => {
      await using made = await manager(nodes);
      const orders: CommandOrder[] = [];
      const probe = await probed(runnerOf(made, orders));
      assert.equal(probe.nodes?.length, nodes);
      assert.equal(probe.nodesComplete, true);
      assert.deepEqual(probe.nodes?.[0]?.raft?.leader, true);
      assert.equal(orders.length, 1);
      const drained = probe.nodes?.filter(({ drainedByUs }) => drainedByUs).map(({ id }) => id);
      assert.deepEqual(drained, [idOf(0)]);
      assert.ok(probe.nodes?.every(({ settings }) => settings === '0123456789ab'));
    });
  }

  it('counts the tasks that are to run, on the leader and where it is cheap', async () => {
    await using made = await manager(10);
    const tasks = new Map((await probed(runnerOf(made))).nodes?.map((node) => [node.id, node.tasks]));
    assert.deepEqual([tasks.get(idOf(7)), tasks.get(idOf(0)), tasks.get(idOf(1))], [2, 1, 0]);
    await made.put('tasks', '[]');
    assert.ok((await probed(runnerOf(made))).nodes?.every((node) => node.tasks === 0));
    await made.stub('curl', (await made.read('bin/curl')).replace('cat tasks', 'exit 28'));
    assert.ok((await probed(runnerOf(made))).nodes?.every((node) => node.tasks === undefined));
    for (const other of [await manager(10, 'i-0000000b'), await manager(101)]) {
      await using _ = other;
      assert.ok((await probed(runnerOf(other))).nodes?.every((node) => node.tasks === undefined));
    }
  });

  it('lists 1,000 nodes in pages, the managers on the first', async () => {
    await using made = await manager(1000);
    const orders: CommandOrder[] = [];
    const probe = await probed(runnerOf(made, orders));
    assert.equal(probe.nodes?.length, 1000);
    assert.equal(new Set(probe.nodes?.map(({ id }) => id)).size, 1000);
    assert.equal(probe.nodesComplete, true);
    assert.deepEqual(
      probe.nodes?.slice(0, 3).map(({ role }) => role),
      ['manager', 'manager', 'manager'],
    );
    assert.deepEqual([...new Set(orders.map(({ document }) => document))], ['probe', 'node-list']);
    assert.ok(orders.length <= 5, `${orders.length} commands`);
  });

  it('says so where the rest of the list is not to be had, or is not worth it', async () => {
    await using made = await manager(1000);
    const whole = runnerOf(made);
    const forgetful: CommandRunner = {
      async run(order) {
        const outcomes = await whole.run(order);
        if (order.document === 'probe') await rm(`${made.paths.run}/nodes`, { recursive: true });
        return outcomes;
      },
    };
    const probe = await probed(forgetful);
    assert.equal(probe.nodesComplete, false);
    assert.equal(probe.nodes?.filter(({ role }) => role === 'manager').length, 3);
    await using follower = await manager(1000, 'i-0000000b');
    const orders: CommandOrder[] = [];
    assert.equal((await probed(runnerOf(follower, orders))).nodesComplete, false);
    assert.deepEqual(
      orders.map(({ document }) => document),
      ['probe'],
    );
  });

  it('keeps the last five lists', async () => {
    await using made = await manager(600);
    for (let time = 0; time < 7; time++) await made.run(documentScript('demo', 'probe', made.paths));
    assert.equal((await readdir(`${made.paths.run}/nodes`)).length, 5);
  });

  it('tells how new the Raft state is by the names of its files and their last change', async () => {
    await using made = await manager(3);
    const age = async () => {
      const parsed = parseProbeReport((await made.run(documentScript('demo', 'probe', made.paths))).stdout);
      assert.ok(parsed.ok, JSON.stringify(parsed));
      return parsed.probe.raftAge;
    };
    assert.equal(await age(), undefined);
    const raft = 'docker/swarm/raft';
    for (const [name, changed] of [
      ['snap-v3-encrypted/0000000000000002-0000000000002711.snap', 1_700_000_100],
      ['wal-v3-encrypted/0000000000000001-0000000000001388.wal', 1_700_000_200],
      ['wal-v3-encrypted/0.tmp', 1_800_000_000],
    ] as const) {
      await made.put(`${raft}/${name}`, '');
      await utimes(`${made.directory}/${raft}/${name}`, changed, changed);
    }
    assert.deepEqual(await age(), { index: 0x2711, writtenAt: 1_700_000_200_000 });
  });
});

describe('node-list', () => {
  it('does not make up what is not kept', async () => {
    await using made = await manager(3);
    const ended = await made.run(documentScript('demo', 'node-list', made.paths), { snapshot: '1-1', page: '2' });
    assert.equal(ended.code, 14);
    assert.match(ended.stderr, /^everswarm: 14 page 2 of the list 1-1 is not kept/);
  });
});
