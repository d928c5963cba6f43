import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { correlationIdOf } from '../../../lib/telemetry/correlation.ts';
import { passLine } from '../../../lib/telemetry/pass-line.ts';
import { instanceId, planInput, terminate, wholeCluster } from '../../support/cluster.ts';
import { performed, reportOf } from './passes.ts';

describe('the line of a pass', () => {
  it('says under which fence, what was seen in counts, and what was done', () => {
    const cluster = wholeCluster();
    terminate(cluster, instanceId(101));
    const action = performed(
      { kind: 'removeNode', nodeId: 'node-1', via: instanceId(1), reason: 'its machine is gone' },
      { code: 'NoQuorum', retry: 'soon' },
    );
    const { held, waiting, ...line } = passLine(reportOf(cluster, { performed: [action] }));
    assert.deepEqual(line, {
      fence: 7,
      pass: 1,
      specVersion: 1,
      whole: false,
      seconds: 1.2,
      seen: {
        instances: { running: 4, terminated: 1 },
        agentsOnline: 4,
        asked: 3,
        answered: 3,
        swarm: 'quorum',
        nodes: 5,
        voters: 3,
      },
      actions: [{ kind: 'removeNode', subject: 'node-1', outcome: 'NoQuorum', reason: 'its machine is gone' }],
    });
  });

  it('says also what could not be found out', () => {
    const cluster = wholeCluster();
    cluster.agentsOnline = { seen: false, reason: 'ThrottlingException' };
    cluster.probes = undefined;
    const { seen } = passLine(reportOf(cluster));
    assert.deepEqual([seen.agentsOnline, seen.asked, seen.swarm, seen.voters], [undefined, 0, 'notAsked', undefined]);
  });

  it('holds no request: neither user data nor a token', () => {
    const cluster = wholeCluster();
    for (const [slot, record] of cluster.records.launches) {
      const request = { ...record.request, userData: 'SWMTKN-1-secret', clientToken: 'SWMTKN-1-secret' };
      cluster.records.launches.set(slot, { ...record, request });
    }
    terminate(cluster, instanceId(1));
    const report = reportOf(cluster, {}, planInput(cluster));
    const all = report.plan.actions.map((action) => performed(action));
    assert.ok(all.length > 0);
    assert.doesNotMatch(JSON.stringify(passLine({ ...report, performed: all })), /SWMTKN/);
  });

  it('stays short with a thousand machines held', () => {
    const report = reportOf(wholeCluster());
    const held = Array.from({ length: 1000 }, (_, at) => ({ rule: 'wave', subject: instanceId(at), reason: 'many' }));
    const line = passLine({ ...report, status: { ...report.status, held } });
    assert.equal(line.held.length, 51);
    assert.equal(line.held.at(-1), 'and 950 more');
    assert.ok(JSON.stringify(line).length < 10_000);
  });
});

describe('the id by which traces are found', () => {
  it("is the event's own", () => {
    const id = '12345678-1234-1234-1234-111122223333';
    assert.equal(correlationIdOf({ id, source: 'aws.ec2' }, 'request-1'), id);
  });

  for (const [what, event] of Object.entries({
    'an event without one': { source: 'everswarm.deployment' },
    'no event': null,
    'another type': { id: 7 },
    'text that could forge a line': { id: 'x\n{"level":"INFO"}' },
    'too long a text': { id: 'x'.repeat(65) },
    'one that throws': {
      get id() {
        throw new Error('no');
      },
    },
  })) {
    it(`is the request's for ${what}`, () => {
      assert.equal(correlationIdOf(event, 'request-1'), 'request-1');
    });
  }
});
