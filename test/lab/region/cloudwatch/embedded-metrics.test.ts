import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { embeddedSamples } from '../../../../lab/region/cloudwatch/embedded-metrics.ts';

const line = (fields: object, dimensions: readonly (readonly string[])[] = [['Cluster']]) =>
  JSON.stringify({
    _aws: {
      Timestamp: 7,
      CloudWatchMetrics: [
        { Namespace: 'Mine', Dimensions: dimensions, Metrics: [{ Name: 'A', Unit: 'Count' }, { Name: 'B' }] },
      ],
    },
    ...fields,
  });

describe('metrics in a line of a log', () => {
  it('are each a sample under each set of dimensions', () => {
    const id = (name: string, dimensions: object) => ({ namespace: 'Mine', name, dimensions });
    assert.deepEqual(embeddedSamples(line({ Cluster: 'demo', A: 1, B: [2, 3] }, [['Cluster'], []])), [
      { id: id('A', { Cluster: 'demo' }), value: 1, at: 7 },
      { id: id('B', { Cluster: 'demo' }), value: 2, at: 7 },
      { id: id('B', { Cluster: 'demo' }), value: 3, at: 7 },
      { id: id('A', {}), value: 1, at: 7 },
      { id: id('B', {}), value: 2, at: 7 },
      { id: id('B', {}), value: 3, at: 7 },
    ]);
  });

  it('without a value, or with a dimension that has none, are left out', () => {
    assert.deepEqual(
      embeddedSamples(line({ Cluster: 'demo', A: 1, B: 'two' })).map(({ id }) => id.name),
      ['A'],
    );
    assert.deepEqual(embeddedSamples(line({ A: 1, B: 2 })), []);
  });

  it('are in no other line, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.deepEqual(embeddedSamples(text), []);
        assert.deepEqual(embeddedSamples(`{"_aws":{"CloudWatchMetrics":${JSON.stringify(text)}}}`), []);
      }),
    );
  });
});
