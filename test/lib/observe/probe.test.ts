import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { CommandOrder, CommandOutcome } from '../../../lib/aws/run-command.ts';
import { probeMachines } from '../../../lib/observe/probe.ts';
import { parseProbeReport } from '../../../lib/observe/probe-report.ts';
import { NODE, REPORT } from './report.ts';

const MANAGER = 'i-00000a01';
const SNAPSHOT = '1795230117-4711';
const ids = (outcome: Awaited<ReturnType<typeof probeMachines>>) => {
  const answer = outcome.get(MANAGER);
  assert.ok(answer?.kind === 'answered');
  return { complete: answer.probe.nodesComplete, nodes: answer.probe.nodes?.map(({ id }) => id) ?? [] };
};
const finished = (stdout: string, exitCode = 0): CommandOutcome => ({ kind: 'finished', exitCode, stdout, stderr: '' });

const FIRST = REPORT.replace('nodes ok 2', `nodes part 2 of 5 3 ${SNAPSHOT}`);
const ON_FIRST = ['hxlamculrdmwgffc1xt9hbn1b', 'tddgx0eq06yyejgptuv70if72'];
const page = (number: number, nodes: readonly string[]) =>
  `everswarm-nodes 1
instance ${MANAGER}
page ${SNAPSHOT} ${number} 3
${nodes.map((id) => `node ${NODE.replace('n1', id)}\n`).join('')}nodes ok ${nodes.length}
end
`;
const PAGES = new Map([
  ['2', finished(page(2, ['n3', 'n4']))],
  ['3', finished(page(3, ['n5']))],
]);

/** A manager that answers so, and how it answers when it is asked for a further page. */
async function probed(report: string, pages: ReadonlyMap<string, CommandOutcome> = PAGES) {
  const orders: CommandOrder[] = [];
  const runner = {
    run: async (order: CommandOrder) => {
      orders.push(order);
      const outcome = order.document === 'probe' ? finished(report) : pages.get(String(order.parameters['page']));
      return new Map(outcome === undefined ? [] : [[MANAGER, outcome]]);
    },
  };
  return { ...ids(await probeMachines({ runner, instanceIds: [MANAGER] })), orders };
}

describe('a list of nodes that is longer than one report', () => {
  it('is read to its end from the leader, the same snapshot on every page', async () => {
    const { complete, nodes, orders } = await probed(FIRST);
    assert.equal(complete, true);
    assert.deepEqual(nodes, [...ON_FIRST, 'n3', 'n4', 'n5']);
    assert.deepEqual(
      orders.map(({ document, parameters }) => [document, parameters]),
      [
        ['probe', {}],
        ['node-list', { snapshot: SNAPSHOT, page: '2' }],
        ['node-list', { snapshot: SNAPSHOT, page: '3' }],
      ],
    );
  });

  it('is left as it is where another manager leads', async () => {
    const { complete, nodes, orders } = await probed(FIRST.replace('"leader":true', '"leader":false'));
    assert.deepEqual({ complete, nodes, asked: orders.length }, { complete: false, nodes: ON_FIRST, asked: 1 });
  });

  it('counts as not complete, and not as shorter, where a page is not to be had or not of this list', async () => {
    for (const third of [
      finished('', 14),
      finished(page(3, [])),
      finished(page(3, ['n4'])),
      finished(page(2, ['n5'])),
      finished(page(3, ['n5', 'n6'])),
      { kind: 'offline', reason: 'gone' },
      { kind: 'timeout', reason: 'late' },
      undefined,
    ] satisfies (CommandOutcome | undefined)[]) {
      const pages = new Map(PAGES);
      if (third === undefined) pages.delete('3');
      else pages.set('3', third);
      const { complete, nodes } = await probed(FIRST, pages);
      assert.deepEqual({ complete, nodes }, { complete: false, nodes: ON_FIRST });
    }
  });
});

describe('a list of nodes', () => {
  const word = fc.string({ unit: 'binary', maxLength: 12 });
  const node = fc.record({
    version: fc.nat(),
    hostname: word,
    role: fc.constantFrom('manager', 'worker'),
    availability: fc.constantFrom('active', 'pause', 'drain'),
    state: fc.constantFrom('ready', 'down', 'unknown', 'disconnected'),
    addr: word,
    logicalId: word,
    settings: word,
    drained: word,
    manager: fc.option(
      fc.record({
        reachability: fc.constantFrom('reachable', 'unreachable', 'unknown'),
        leader: fc.boolean(),
        addr: word,
      }),
    ),
  });

  it('comes to the same in lines and compressed, whatever is in it', () => {
    const bare = REPORT.replace(/^(node|tasks) .*\n/gm, '');
    fc.assert(
      fc.property(fc.array(node, { maxLength: 20 }), (nodes) => {
        const lines = nodes.map((facts, index) => JSON.stringify({ id: `n${index}`, ...facts }));
        const end = `nodes ok ${nodes.length}\n`;
        const packed = gzipSync(lines.map((line) => `${line}\n`).join('')).toString('base64');
        const plain = parseProbeReport(
          bare.replace('nodes ok 2\n', () => lines.map((line) => `node ${line}\n`).join('') + end),
        );
        assert.ok(plain.ok, JSON.stringify(plain));
        assert.deepEqual(parseProbeReport(bare.replace('nodes ok 2\n', () => `nodes-gzip ${packed}\n${end}`)), plain);
        assert.deepEqual(
          plain.probe.nodes?.map(({ hostname, address, logicalId }) => [hostname, address, logicalId ?? '']),
          nodes.map(({ hostname, addr, logicalId }) => [hostname, addr, logicalId]),
        );
      }),
      { numRuns: 300 },
    );
  });
});
