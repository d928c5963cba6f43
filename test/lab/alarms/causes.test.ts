import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ALARMS, type AlarmKey } from '../../../lib/names.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import { createWatchedCluster, type WatchedCluster } from './watched-cluster.ts';

const DAY = 24 * 60;
const CERTIFICATE_DAYS = 20;

/**
 * Each cause is brought about in a deployed cluster, whose own functions measure it; the alarm of its own template has to go off,
 * and to end with its cause where that is undone.
 */
describe('alarms', () => {
  const fired = new Map<AlarmKey, number>();

  describe('about what happens to machines and declarations', () => {
    let cluster: WatchedCluster;
    before(async () => {
      cluster = await createWatchedCluster();
    });

    const goesOff = async (key: AlarmKey, within: number): Promise<void> => {
      fired.set(key, await cluster.goesOff(key, within));
    };

    it('stay silent while all is well, and while a manager and a worker are replaced', async () => {
      await cluster.minutes(20);
      await cluster.kill('managers', 1);
      await cluster.kill('workers', 1);
      await cluster.minutes(20);
      assert.deepEqual([cluster.alarming(), cluster.told()], [[], []]);
    });

    it('wake-ups that failed for good', async () => {
      cluster.failForGood();
      await goesOff('dead-letters', 2);
    });

    it('a declaration that is refused', async () => {
      assert.equal(await cluster.declare('{ "cluster": "demo", "groups": 7 }'), 'FAILED');
      await goesOff('spec-refused', 2);
      await cluster.ends('spec-refused', 10);
    });

    it('EC2 can not be read', async () => {
      const mend = cluster.refuse('DescribeInstances', 'UnauthorizedOperation');
      await goesOff('reconciler-failing', 10);
      mend();
      await cluster.ends('reconciler-failing', 10);
    });

    it('nobody wakes the reconciler', async () => {
      cluster.schedule(false);
      await goesOff('reconciler-silent', 10);
      cluster.schedule(true);
      await cluster.ends('reconciler-silent', 10);
    });

    it('two managers are lost, and can not be launched again for a while', async () => {
      const mend = cluster.refuse('RunInstances', 'InsufficientInstanceCapacity');
      await cluster.kill('managers', 2);
      await goesOff('quorum-lost', 5);
      mend();
      await cluster.ends('quorum-lost', 10);
      await cluster.ends('quorum-at-risk', 10);
    });

    it('a new configuration with which nothing can be launched', async () => {
      const mend = cluster.refuse('RunInstances', 'Unsupported');
      assert.equal(await cluster.declare(withWorkersOf(cluster.spec, 't4g.large')), 'SUCCESS');
      await goesOff('rollout-failed', 5);
      mend();
      assert.equal(await cluster.declare(cluster.spec), 'SUCCESS');
      await cluster.ends('rollout-failed', 10);
    });

    it('a manager is lost, and there is no room for another', async () => {
      cluster.refuse('RunInstances', 'InsufficientInstanceCapacity');
      await cluster.kill('managers', 1);
      const began = cluster.clock.now();
      for (const key of ['quorum-at-risk', 'not-whole', 'launches-parked'] as const) {
        await cluster.goesOff(key, 30);
        fired.set(key, (cluster.clock.now() - began) / 60_000);
      }
    });

    it('have all told the topic, at the beginning and at the end', () => {
      for (const key of fired.keys()) assert.ok(cluster.told().includes(`ALARM ${key}`), key);
      assert.ok(cluster.told().includes('OK quorum-lost'));
      assert.deepEqual(cluster.untold(), []);
    });
  });

  describe('about what grows old', () => {
    it('a paused controller replaces no tokens, and an engine renews its certificate late', async () => {
      const cluster = await createWatchedCluster({ figures: { certificateLife: CERTIFICATE_DAYS * DAY * 60_000 } });
      await cluster.store.decidePause({ by: 'ada', reason: 'on holiday', at: cluster.clock.now() });
      cluster.schedule(false);
      await cluster.minutes(7 * DAY);
      assert.deepEqual(cluster.alarming(), ['reconciler-silent']);
      cluster.schedule(true);
      for (const key of ['certificate-ending', 'tokens-old'] as const) {
        fired.set(key, 7 * DAY + (await cluster.goesOff(key, 30)));
      }
      // A pause that was forgotten is told as well.
      await cluster.goesOff('not-whole', 20);
    });
  });

  after((t) => {
    if (!('diagnostic' in t)) return;
    const minutes = [...fired].map(([key, after]) => `${key} ${after.toFixed(1)}`);
    t.diagnostic(
      `${fired.size} of ${ALARMS.length} alarms went off, each by its cause; after minutes: ${minutes.join(', ')}`,
    );
  });

  it('have each gone off by its cause', () => {
    assert.deepEqual(
      ALARMS.filter((key) => !fired.has(key)),
      [],
    );
  });
});

function withWorkersOf(spec: ClusterSpec, instanceType: string): ClusterSpec {
  const { workers } = spec.groups;
  assert.ok(workers !== undefined);
  return { ...spec, groups: { ...spec.groups, workers: { ...workers, instanceType } } };
}
