import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type PagedList, parseNodePage } from '../../../lib/observe/node-pages.ts';
import { parseProbeReport } from '../../../lib/observe/probe-report.ts';
import { NODE, REPORT } from './report.ts';

const LIST: PagedList = { snapshot: '1795230117-4711', pages: 3, total: 5 };
const ASKED = { instanceId: 'i-00000a01', page: 2, list: LIST };
const packed = (ids: readonly string[]) =>
  gzipSync(ids.map((id) => `${NODE.replace('n1', id)}\n`).join('')).toString('base64');

const PAGE = `everswarm-nodes 1
instance i-00000a01
page 1795230117-4711 2 3
nodes-gzip ${packed(['n3', 'n4'])}
nodes ok 2
end
`;

describe('page of a list of nodes', () => {
  it('reads a whole one', () => {
    const parsed = parseNodePage(PAGE, ASKED);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.deepEqual(
      parsed.nodes.map(({ id }) => id),
      ['n3', 'n4'],
    );
  });

  it('refuses what is not whole, or not what was asked for', () => {
    for (const [text, why] of [
      [PAGE.replace('nodes 1', 'nodes 2'), /first line/],
      [PAGE.replace('a01', 'a02'), /not from i-00000a01/],
      [PAGE.replace('4711 2', '4711 3'), /not 1795230117-4711 2 3/],
      [PAGE.replace('-4711', '-4712'), /"page" is not/],
      [PAGE.replace('nodes ok 2', 'nodes ok 3'), /announces 3/],
      [PAGE.replace(/page .*\n/, ''), /"page" is missing/],
      [PAGE.replace('end\n', ''), /cut off/],
      [PAGE.replace(packed(['n3', 'n4']), packed(['n3', 'n3'])), /twice/],
    ] as const) {
      const parsed = parseNodePage(text, ASKED);
      assert.ok(!parsed.ok, text);
      assert.match(parsed.reason, why);
    }
  });

  it('never throws, whatever the text, and takes no beginning for the whole', () => {
    for (let length = 0; length < PAGE.length - 1; length++) {
      assert.ok(!parseNodePage(PAGE.slice(0, length), ASKED).ok);
    }
    const mutated = fc
      .tuple(fc.nat(PAGE.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 20 }))
      .map(([at, cut, text]) => PAGE.slice(0, at) + text + PAGE.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), mutated), (text) => {
        const parsed = parseNodePage(text, ASKED);
        return parsed.ok || parsed.reason.length > 0;
      }),
      { numRuns: 1000 },
    );
  });
});

describe('probe report with a part of the list', () => {
  const part = (value: string) => REPORT.replace('nodes ok 2', `nodes part ${value}`);

  it('says where the rest is', () => {
    const parsed = parseProbeReport(part('2 of 5 3 1795230117-4711'));
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.deepEqual(parsed.more, LIST);
    assert.equal(parsed.probe.nodesComplete, false);
    assert.equal(parsed.probe.nodes?.length, 2);
  });

  it('refuses half of it', () => {
    for (const value of [
      '2 of 5 3',
      '3 of 5 3 1-1',
      '2 of 5 1 1-1',
      '2 of 5 501 1-1',
      '2 of 5 3 $(id)',
      '2 of -5 3 1-1',
      '2 5 3 1-1',
      '2 of 5 3 1-1 1',
    ]) {
      assert.ok(!parseProbeReport(part(value)).ok, value);
    }
  });
});
