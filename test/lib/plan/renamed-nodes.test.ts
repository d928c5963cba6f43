import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SwarmNode } from '../../../lib/observe/observation.ts';
import {
  answered,
  instanceId,
  instanceOf,
  MINUTE,
  nodeIdOf,
  probeOf,
  redeclare,
  type TestCluster,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M3, ofKind, planned, remember, rules, W1 } from './planned.ts';
import { down, relist } from './worlds.ts';

const SILENT = { kind: 'silent', why: 'offline', reason: 'gone' } as const;

/** Somebody gave the first worker another hostname, and restarted its engine. */
function renamed(hostname = 'build-box', more: Partial<SwarmNode> = {}): TestCluster {
  const cluster = wholeCluster();
  relist(cluster, (node) => (node.hostname === W1 ? { ...node, hostname, ...more } : node));
  return cluster;
}

/** What looked broken did so long enough for it to be acted upon. */
function planLater(cluster: TestCluster, symptom: string): ReturnType<typeof planned> {
  remember(cluster, W1, symptom, 10 * MINUTE);
  return planned(cluster);
}

describe('a worker with a hostname that was changed by hand', () => {
  it('is known by its address', () => {
    const { actions, held, waiting, ask } = planned(renamed());
    assert.deepEqual([actions, held, waiting, ask], [[], [], [], []]);
  });

  it('is well although it can not be asked', () => {
    const cluster = renamed();
    cluster.probes?.set(W1, SILENT);
    assert.deepEqual(kinds(planLater(cluster, 'silent').actions), ['absolve']);
  });

  it('is known by what it says of itself where its address is another one', () => {
    const cluster = renamed('build-box', { address: '192.168.7.7' });
    assert.deepEqual(planned(cluster).ask, [W1]);
    cluster.probes?.set(W1, answered(probeOf(instanceOf(cluster, W1))));
    const { actions, held } = planned(cluster);
    assert.deepEqual([actions, held], [[], []]);
  });

  it('is drained before it is ended when it is one too many', () => {
    const cluster = renamed();
    redeclare(cluster, 'workers', { allocation: { kind: 'size', size: 0 } });
    remember(cluster, W1, 'leaving');
    const { actions } = planned(cluster);
    assert.deepEqual(
      ofKind(actions, 'drainNode').map(({ nodeId }) => nodeId),
      [nodeIdOf(W1)],
    );
    assert.deepEqual(ofKind(actions, 'terminate'), []);
  });

  it('is not ended under the name of a machine that is not listed, either, as long as a node is at work at its address', () => {
    const cluster = renamed(instanceId(999));
    cluster.probes?.set(W1, SILENT);
    assert.deepEqual(planLater(cluster, 'silent').actions, []);
    assert.deepEqual(rules(cluster), ['silent']);
  });

  it('is not ended either when it calls itself another node than the one at its address', () => {
    const cluster = renamed(instanceId(999));
    cluster.probes?.set(W1, answered(probeOf(instanceOf(cluster, W1), { engine: { nodeId: 'another' } })));
    assert.deepEqual(planLater(cluster, 'orphan').actions, []);
    assert.deepEqual(rules(cluster), ['orphan']);
  });

  it('is replaced when nothing is at work at its address', () => {
    const cluster = renamed('build-box', { address: '192.168.7.7' });
    cluster.probes?.set(W1, SILENT);
    assert.deepEqual(ofKind(planLater(cluster, 'silent').actions, 'terminate')[0]?.instanceIds, [W1]);
    const dead = renamed('build-box', { state: 'down' });
    dead.probes?.set(W1, SILENT);
    assert.deepEqual(ofKind(planLater(dead, 'silent').actions, 'terminate')[0]?.instanceIds, [W1]);
  });

  it('is nobody when two machines are said to have its address', () => {
    const cluster = renamed();
    const { privateIp } = instanceOf(cluster, W1);
    cluster.instances = cluster.instances.map((one) => (one.group === 'workers' ? { ...one, privateIp } : one));
    assert.deepEqual(planned(cluster).ask, [W1]);
  });
});

describe('a manager that can not be asked', () => {
  function unheard(how: (node: SwarmNode) => SwarmNode): TestCluster {
    const cluster = wholeCluster();
    relist(cluster, (node) => (node.hostname === M3 ? how(node) : node));
    cluster.probes?.set(M3, { kind: 'silent', why: 'offline', reason: 'gone' });
    remember(cluster, M3, 'silent', 10 * MINUTE);
    return cluster;
  }

  it('is not ended where a node works on it, whatever its labels and its name say', () => {
    const demoted = { role: 'worker', raft: undefined } as const;
    for (const other of [{}, { hostname: 'build-box' }, demoted, { ...demoted, hostname: 'build-box' }]) {
      const cluster = unheard((node) => ({ ...node, logicalId: '10.42.9.9', ...other }));
      assert.deepEqual(planned(cluster).actions, []);
      assert.match(heldBy(cluster, 'silent')?.reason ?? '', other === demoted ? /works there/ : /works/);
    }
  });

  it('is ended where the only node of that name is down, and others have another address', () => {
    const cluster = unheard((node) => ({ ...down(node), logicalId: '10.42.9.9' }));
    assert.deepEqual(ofKind(planned(cluster).actions, 'terminate')[0]?.instanceIds, [M3]);
  });
});
