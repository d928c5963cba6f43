import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseProbeReport } from '../../../lib/observe/probe-report.ts';
import { FORMER_REPORT, REPORT } from './report.ts';

function refused(text: string): string {
  const parsed = parseProbeReport(text);
  assert.ok(!parsed.ok, text);
  return parsed.reason;
}

describe('probe report', () => {
  it('reads a whole one', () => {
    const parsed = parseProbeReport(REPORT);
    assert.ok(parsed.ok);
    const { probe } = parsed;
    assert.deepEqual(probe.boot, { state: 'done' });
    assert.equal(probe.clock, 1_795_230_117_000);
    assert.equal(probe.certificateEnds, 1_803_006_120_000);
    assert.equal(probe.stateMounted, true);
    assert.equal(probe.raftState, 'present');
    assert.ok(probe.engine.state === 'up');
    assert.equal(probe.engine.error, undefined);
    assert.equal(probe.nodes?.length, 2);
    assert.deepEqual(probe.nodes?.[0]?.raft, { reachability: 'reachable', leader: true, address: '10.42.1.10:2377' });
    assert.equal(probe.nodes?.[1]?.raft, undefined);
    assert.equal(probe.nodes?.[1]?.logicalId, undefined);
    assert.deepEqual(probe.raftAge, { index: 5000, writtenAt: 1_795_230_100_000 });
    assert.equal(probe.nodesComplete, true);
    assert.equal(parsed.more, undefined);
    assert.deepEqual(
      probe.nodes?.map(({ settings, drainedByUs, tasks }) => [settings, drainedByUs, tasks]),
      [
        ['0123456789ab', false, 3],
        [undefined, true, 0],
      ],
    );
  });

  it('reads one of a former version, of which less is known', () => {
    const parsed = parseProbeReport(FORMER_REPORT);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.equal(parsed.probe.raftAge, undefined);
    assert.equal(parsed.probe.nodesComplete, true);
    assert.deepEqual(
      parsed.probe.nodes?.map(({ settings, drainedByUs, tasks }) => [settings, drainedByUs, tasks]),
      [
        [undefined, false, undefined],
        [undefined, false, undefined],
      ],
    );
  });

  it('reads a machine whose engine is down, or that can say little', () => {
    const down = REPORT.replace('engine up', 'engine down')
      .replace(/^(info|node|tasks) .*\n/gm, '')
      .replace('nodes ok 2', 'nodes not-a-manager')
      .replace('boot done', 'boot failed volume vol-1 did not appear')
      .replace(/free \d+/, 'free none')
      .replace(/certificate \d+/, 'certificate none');
    const parsed = parseProbeReport(down);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.deepEqual(parsed.probe.engine, { state: 'down' });
    assert.deepEqual(parsed.probe.boot, { state: 'failed', reason: 'volume vol-1 did not appear' });
    assert.equal(parsed.probe.nodes, undefined);
    assert.equal(parsed.probe.freeBytes, undefined);
    assert.equal(parsed.probe.certificateEnds, undefined);
  });

  it('reads a long list that came compressed', () => {
    const line = (index: number) =>
      `{"id":"n${index}","version":${index},"hostname":"i-${index}","role":"worker","availability":"active","state":"ready","addr":"10.0.0.1","logicalId":"","manager":null}\n`;
    const packed = gzipSync(Array.from({ length: 300 }, (_, index) => line(index)).join('')).toString('base64');
    const parsed = parseProbeReport(
      REPORT.replace(/^node .*\n/gm, '').replace('nodes ok 2', `nodes-gzip ${packed}\nnodes ok 300`),
    );
    assert.ok(parsed.ok);
    assert.equal(parsed.probe.nodes?.length, 300);
  });

  it('refuses what is not whole, not ours or not consistent', () => {
    assert.match(refused(''), /first line/);
    assert.match(refused(REPORT.replace('probe 1', 'probe 2')), /first line/);
    assert.match(refused(REPORT.replace('uptime 14\n', '')), /"uptime" is missing/);
    assert.match(refused(REPORT.replace('uptime 14', 'uptime 14\nuptime 15')), /twice/);
    assert.match(refused(REPORT.replace('uptime 14', 'uptime -1')), /whole number/);
    assert.match(refused(REPORT.replace('uptime 14', 'colour red\nuptime 14')), /unknown line/);
    assert.match(refused(REPORT.replace('nodes ok 2', 'nodes ok 3')), /announces 3/);
    assert.match(refused(REPORT.replace('nodes ok 2', 'nodes failed no answer')), /listed although/);
    assert.match(refused(REPORT.replace('"state":"down"', '"state":"asleep"')), /state/);
    assert.match(refused(REPORT.replace('engine up', 'engine down')), /although the engine is down/);
    assert.match(refused(REPORT.replace('raft-age 5000', 'raft-age -5')), /"raft-age"/);
    assert.match(refused(REPORT.replace('raft-age 5000', 'raft-age 1 2')), /"raft-age"/);
    assert.match(refused(REPORT.replace(/tasks .*/, 'tasks {"n1":-1}')), /"tasks"/);
    assert.match(refused(REPORT.replace('nodes ok 2', 'nodes-gzip AAAA\nnodes ok 2')), /unpacked/);
  });

  it('refuses every beginning of a report', () => {
    for (let length = 0; length < REPORT.length - 1; length++) refused(REPORT.slice(0, length));
  });

  it('never throws, whatever the text', () => {
    const mutated = fc
      .tuple(fc.nat(REPORT.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 20 }))
      .map(([at, cut, text]) => REPORT.slice(0, at) + text + REPORT.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), mutated), (text) => {
        const parsed = parseProbeReport(text);
        return parsed.ok || parsed.reason.length > 0;
      }),
      { numRuns: 2000 },
    );
  });
});
