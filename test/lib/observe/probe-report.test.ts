import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseProbeReport } from '../../../lib/observe/probe-report.ts';

/** Taken from a real manager (Docker 20.10.24). */
const REPORT = `everswarm-probe 1
instance i-00000a01
boot-id 9eb15cb0-dd8d-4056-bc6a-0098b0833a88
uptime 14
clock 1795230117
boot done
free 862765056
mounted yes
raft present
certificate 1803006120
engine up
info {"version":"20.10.24+dfsg1","nodeId":"hxlamculrdmwgffc1xt9hbn1b","nodeAddr":"10.42.1.10","localState":"active","controlAvailable":true,"error":"","clusterId":"g1ko8ltgzeop844r7m9e9v9q8"}
node {"id":"hxlamculrdmwgffc1xt9hbn1b","version":9,"hostname":"i-00000a01","role":"manager","availability":"active","state":"ready","addr":"10.42.1.10","logicalId":"10.42.1.10","manager":{"reachability":"reachable","leader":true,"addr":"10.42.1.10:2377"}}
node {"id":"tddgx0eq06yyejgptuv70if72","version":26,"hostname":"i-00000b01","role":"worker","availability":"drain","state":"down","addr":"10.42.1.20","logicalId":"","manager":null}
nodes ok 2
end
`;

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
  });

  it('reads a machine whose engine is down, or that can say little', () => {
    const down = REPORT.replace('engine up', 'engine down')
      .replace(/^(info|node) .*\n/gm, '')
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
