import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CommandInvocation, GetCommandInvocationResult, SendCommandRequest } from '@aws-sdk/client-ssm';
import { type CommandOrder, type CommandOutcome, createCommandRunner } from '../../../lib/aws/run-command.ts';
import { awsError, fakeSsm } from '../../support/fake-aws.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

/** A Systems Manager whose agents answer after so many looks. */
function manager(agents: Record<string, (look: number) => GetCommandInvocationResult | Error>) {
  const sent: SendCommandRequest[] = [];
  const described: string[][] = [];
  const calls: string[] = [];
  const looks = new Map<string, number>();
  const unregistered = new Set<string>();
  const offline = new Set<string>();
  const ask = (id: string): GetCommandInvocationResult => {
    const look = (looks.get(id) ?? 0) + 1;
    looks.set(id, look);
    const answer = agents[id]?.(look) ?? { Status: 'Pending' };
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const ssm = fakeSsm((command, input) => {
    calls.push(command);
    if (command === 'SendCommandCommand' && 'TimeoutSeconds' in input) {
      const ids = input.InstanceIds ?? [];
      if (ids.some((id) => unregistered.has(id))) throw awsError('InvalidInstanceId');
      sent.push(input);
      return { Command: { CommandId: `c${sent.length}` }, $metadata: {} };
    }
    if (command === 'GetCommandInvocationCommand' && 'InstanceId' in input) {
      return { ...ask(input.InstanceId ?? ''), $metadata: {} };
    }
    if (command === 'ListCommandInvocationsCommand' && 'Details' in input) {
      const ids = sent[Number(input.CommandId?.slice(1)) - 1]?.InstanceIds ?? [];
      const from = Number(input.NextToken ?? 0);
      const to = from + PAGE;
      return {
        CommandInvocations: ids.slice(from, to).map((id) => listed(id, ask(id))),
        NextToken: to < ids.length ? String(to) : '',
        $metadata: {},
      };
    }
    if (command === 'DescribeInstanceInformationCommand' && 'Filters' in input) {
      const [filter] = input.Filters ?? [];
      const ids = filter !== undefined && 'Values' in filter ? (filter.Values ?? []) : [];
      described.push(ids);
      const known = ids.filter((id) => !offline.has(id));
      return {
        InstanceInformationList: known.map((id) => ({ InstanceId: id, PingStatus: 'Online' as const })),
        $metadata: {},
      };
    }
    throw new Error(`unexpected ${command}`);
  });
  return { ssm, sent, described, calls, looks, unregistered, offline };
}

/** Fewer than fifty, so that there is more than one page. */
const PAGE = 30;

/** As the agent puts both outputs into the one of a list, cut to 2,500 characters. */
function listed(id: string, whole: GetCommandInvocationResult): CommandInvocation {
  const { Status, StatusDetails, ResponseCode, StandardOutputContent = '', StandardErrorContent = '' } = whole;
  const title = StandardErrorContent === '' ? '' : '\n----------ERROR-------\n';
  const all = `${StandardOutputContent}${title}${StandardErrorContent}`;
  const Output = all.length < 2500 ? all : `${all.slice(0, 2477)}---Error truncated----`;
  return { InstanceId: id, Status, StatusDetails, CommandPlugins: [{ ResponseCode: ResponseCode ?? -1, Output }] };
}

async function run(ssm: ReturnType<typeof manager>['ssm'], order: Partial<CommandOrder>) {
  const clock = createVirtualClock(0);
  const runner = createCommandRunner({ ssm, clock, cluster: 'demo' });
  let outcomes: ReadonlyMap<string, CommandOutcome> | undefined;
  const running = runner
    .run({ document: 'probe', instanceIds: [], parameters: {}, deliverySeconds: 5, waitSeconds: 12, ...order })
    .then((all) => {
      outcomes = all;
    });
  await clock.run(() => outcomes !== undefined, 60_000);
  await running;
  assert.ok(outcomes);
  return { outcomes, seconds: clock.monotonic() / 1000 };
}

const success = (stdout: string): GetCommandInvocationResult => ({
  Status: 'Success',
  StatusDetails: 'Success',
  ResponseCode: 0,
  StandardOutputContent: stdout,
  StandardErrorContent: '',
});

describe('run command', () => {
  it('gives each machine its own end, and looks soon', async () => {
    const { ssm, sent } = manager({
      'i-a': () => success('hello'),
      'i-b': (look) =>
        look < 3
          ? { Status: 'InProgress' }
          : { Status: 'Failed', StatusDetails: 'Failed', ResponseCode: 12, StandardErrorContent: 'busy' },
    });
    const { outcomes, seconds } = await run(ssm, { instanceIds: ['i-a', 'i-b'], parameters: { fence: '7' } });
    assert.deepEqual(outcomes.get('i-a'), { kind: 'finished', exitCode: 0, stdout: 'hello', stderr: '' });
    assert.deepEqual(outcomes.get('i-b'), { kind: 'finished', exitCode: 12, stdout: '', stderr: 'busy' });
    assert.deepEqual(sent[0]?.Parameters, { fence: ['7'] });
    assert.equal(sent[0]?.DocumentName, 'everswarm-demo-probe');
    assert.equal(sent[0]?.DocumentVersion, '$LATEST');
    assert.equal(sent[0]?.TimeoutSeconds, 30);
    assert.equal(seconds, 0.75);
  });

  it('waits where the invocation is not listed yet, or AWS stumbles', async () => {
    const { ssm } = manager({
      'i-a': (look) =>
        look === 1 ? awsError('InvocationDoesNotExist') : look === 2 ? awsError('ThrottlingException') : success(''),
    });
    assert.equal((await run(ssm, { instanceIds: ['i-a'] })).outcomes.get('i-a')?.kind, 'finished');
  });

  it('tells a machine that does not take it from one that does not end', async () => {
    const { ssm } = manager({ 'i-a': () => ({ Status: 'Pending' }), 'i-b': () => ({ Status: 'InProgress' }) });
    const { outcomes, seconds } = await run(ssm, { instanceIds: ['i-a', 'i-b'] });
    assert.equal(outcomes.get('i-a')?.kind, 'offline');
    assert.equal(outcomes.get('i-b')?.kind, 'timeout');
    assert.ok(seconds >= 12 && seconds < 13, String(seconds));
  });

  it('reads what Systems Manager itself says of the end', async () => {
    const ends: [GetCommandInvocationResult, CommandOutcome['kind']][] = [
      [{ Status: 'TimedOut', StatusDetails: 'Delivery Timed Out' }, 'offline'],
      [{ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' }, 'offline'],
      [{ Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut' }, 'timeout'],
      [{ Status: 'Cancelled', StatusDetails: 'Cancelled' }, 'failed'],
      [{ Status: 'Failed', StatusDetails: 'Undeliverable' }, 'offline'],
      [{ Status: 'Failed', StatusDetails: 'Failed', ResponseCode: -1 }, 'failed'],
    ];
    for (const [answer, kind] of ends) {
      const { ssm } = manager({ 'i-a': () => answer });
      assert.equal((await run(ssm, { instanceIds: ['i-a'] })).outcomes.get('i-a')?.kind, kind, answer.StatusDetails);
    }
  });

  it('finds out which of the machines has no agent, and asks the others', async () => {
    const { ssm, unregistered, offline, sent } = manager({ 'i-a': () => success(''), 'i-c': () => success('') });
    unregistered.add('i-b');
    offline.add('i-b');
    const { outcomes } = await run(ssm, { instanceIds: ['i-a', 'i-b', 'i-c'] });
    assert.deepEqual(
      ['i-a', 'i-b', 'i-c'].map((id) => outcomes.get(id)?.kind),
      ['finished', 'offline', 'finished'],
    );
    assert.deepEqual(
      sent.map(({ InstanceIds }) => InstanceIds),
      [['i-a', 'i-c']],
    );
  });

  it('halves when the list of agents still shows the one that is gone', async () => {
    const { ssm, unregistered } = manager({ 'i-a': () => success(''), 'i-c': () => success('') });
    unregistered.add('i-b');
    const { outcomes } = await run(ssm, { instanceIds: ['i-a', 'i-b', 'i-c'] });
    assert.deepEqual(
      ['i-a', 'i-b', 'i-c'].map((id) => outcomes.get(id)?.kind),
      ['finished', 'offline', 'finished'],
    );
  });

  it('sends to fifty at a time', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `i-${index}`);
    const { ssm, sent } = manager(Object.fromEntries(ids.map((id) => [id, () => success('')])));
    const { outcomes } = await run(ssm, { instanceIds: ids });
    assert.equal(outcomes.size, 120);
    assert.deepEqual(
      sent.map(({ InstanceIds }) => InstanceIds?.length),
      [50, 50, 20],
    );
  });

  describe('on many machines', () => {
    const ids = Array.from({ length: 50 }, (_, index) => `i-${index}`);
    const everyone = (answer: (look: number) => GetCommandInvocationResult) =>
      manager(Object.fromEntries(ids.map((id) => [id, answer])));

    it('takes a handful of calls for the join of fifty', async () => {
      // Done after about three seconds, as a join is.
      const it = everyone((look) => (look < 7 ? { Status: 'InProgress' } : success('joined')));
      const { outcomes } = await run(it.ssm, { document: 'swarm-join', instanceIds: ids, waitSeconds: 20 });
      assert.deepEqual(new Set([...outcomes.values()].map(({ kind }) => kind)), new Set(['finished']));
      assert.equal(outcomes.size, 50);
      assert.equal(it.calls.filter((call) => call === 'SendCommandCommand').length, 1);
      // Two pages for each of seven looks.
      assert.ok(it.calls.length <= 15, `${it.calls.length} calls`);
    });

    it('gives each its own exit code, output and complaint', async () => {
      const agents = manager({
        ...Object.fromEntries(ids.map((id) => [id, () => success('joined')])),
        'i-7': () => ({ Status: 'Failed', ResponseCode: 13, StandardOutputContent: 'a', StandardErrorContent: 'b\nc' }),
        'i-8': () => ({ Status: 'Pending' }),
        'i-9': () => ({ Status: 'InProgress' }),
      });
      const { outcomes } = await run(agents.ssm, { document: 'swarm-join', instanceIds: ids });
      assert.deepEqual(outcomes.get('i-1'), { kind: 'finished', exitCode: 0, stdout: 'joined', stderr: '' });
      assert.deepEqual(outcomes.get('i-7'), { kind: 'finished', exitCode: 13, stdout: 'a', stderr: 'b\nc' });
      assert.equal(outcomes.get('i-8')?.kind, 'offline');
      assert.equal(outcomes.get('i-9')?.kind, 'timeout');
      assert.equal(outcomes.size, 50);
    });

    it('fetches whole what a list would cut: the report of a probe, the end of a long complaint', async () => {
      const report = `${'x'.repeat(3000)}\nend`;
      const probes = everyone(() => success(report));
      const { outcomes } = await run(probes.ssm, { document: 'probe', instanceIds: ids });
      for (const outcome of outcomes.values()) assert.equal(outcome.kind === 'finished' && outcome.stdout, report);
      const long = `${'x'.repeat(3000)}\neverswarm: 21 refused`;
      const joins = everyone(() => ({ Status: 'Failed', ResponseCode: 21, StandardErrorContent: long }));
      const refused = await run(joins.ssm, { document: 'swarm-join', instanceIds: ids });
      for (const outcome of refused.outcomes.values())
        assert.equal(outcome.kind === 'finished' && outcome.stderr, long);
    });

    it('looks again after a throttle, and says what else is refused', async () => {
      const answers = [awsError('ThrottlingException'), awsError('AccessDeniedException')];
      const refusing = fakeSsm((command) => {
        if (command === 'SendCommandCommand') return { Command: { CommandId: 'c1' }, $metadata: {} };
        throw answers.shift() ?? new Error('one call too many');
      });
      const { outcomes } = await run(refusing, { document: 'swarm-join', instanceIds: ids });
      const codes = [...outcomes.values()].map((outcome) => outcome.kind === 'failed' && outcome.code);
      assert.deepEqual(new Set(codes), new Set(['AccessDeniedException']));
      assert.equal(answers.length, 0);
    });
  });

  it('makes a refusal an outcome, and nobody an empty answer', async () => {
    const denied = fakeSsm(() => {
      throw awsError('AccessDeniedException');
    });
    const { outcomes } = await run(denied, { instanceIds: ['i-a'] });
    const outcome = outcomes.get('i-a');
    assert.equal(outcome?.kind === 'failed' && outcome.code, 'AccessDeniedException');
    assert.equal((await run(denied, { instanceIds: [] })).outcomes.size, 0);
  });
});
