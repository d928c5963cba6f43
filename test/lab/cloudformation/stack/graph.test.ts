import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findCycle, reversed, walk } from '../../../../lab/cloudformation/stack/graph.ts';

/** Node n needs only nodes below it, so there is no circle. */
const acyclic = fc
  .array(fc.array(fc.nat(20), { maxLength: 4 }), { maxLength: 20 })
  .map((rows) => new Map(rows.map((row, n) => [String(n), new Set(row.filter((m) => m < n).map(String))])));

test('each node comes after all that it needs, whatever takes how long', async () => {
  await fc.assert(
    fc.asyncProperty(acyclic, fc.scheduler(), async (graph, scheduler) => {
      const done = new Set<string>();
      const walked = walk(graph, async (name) => {
        assert.ok([...(graph.get(name) ?? [])].every((needed) => done.has(needed)));
        await scheduler.schedule(Promise.resolve());
        done.add(name);
        return true;
      });
      await scheduler.waitFor(walked);
      assert.equal(done.size, graph.size);
    }),
  );
});

test('what needs a failed node is never begun, the rest is', async () => {
  await fc.assert(
    fc.asyncProperty(acyclic, fc.nat(20), async (graph, number) => {
      const failing = String(number);
      const begun = new Set<string>();
      await walk(graph, async (name) => {
        begun.add(name);
        return name !== failing;
      });
      const blocked = new Set<string>();
      for (const [name, needed] of graph) {
        if ([...needed].some((one) => one === failing || blocked.has(one))) {
          blocked.add(name);
        }
      }
      assert.deepEqual(begun, new Set([...graph.keys()].filter((name) => !blocked.has(name))));
    }),
  );
});

test('independent nodes are under way side by side', async () => {
  const release = Promise.withResolvers<void>();
  let under = 0;
  const graph = new Map(['a', 'b', 'c'].map((name) => [name, new Set<string>()]));
  const walked = walk(graph, async () => {
    under += 1;
    if (under === graph.size) {
      release.resolve();
    }
    await release.promise;
    return true;
  });
  await walked;
  assert.equal(under, 3);
});

test('an error of a visit comes out after the others have ended', async () => {
  let ended = false;
  const graph = new Map([
    ['bad', new Set<string>()],
    ['slow', new Set<string>()],
  ]);
  const walked = walk(graph, async (name) => {
    if (name === 'bad') {
      throw new RangeError('bad');
    }
    await new Promise((resolve) => setImmediate(resolve));
    ended = true;
    return true;
  });
  await assert.rejects(walked, RangeError);
  assert.ok(ended);
});

test('reversed twice is the same graph; a circle is found, and none in a graph without', () => {
  fc.assert(
    fc.property(acyclic, (graph) => {
      assert.deepEqual(reversed(reversed(graph)), graph);
      assert.equal(findCycle(graph), undefined);
    }),
  );
  const cycle = findCycle(
    new Map([
      ['x', new Set(['a'])],
      ['a', new Set(['b'])],
      ['b', new Set(['a'])],
    ]),
  );
  assert.deepEqual(cycle, ['a', 'b', 'a']);
});
