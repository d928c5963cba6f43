import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../lambdas/metrics.ts';
import { METRIC } from '../../lib/metrics.ts';

/** What is written to standard output meanwhile: Powertools has a console of its own on it. */
function written(work: () => void): string[] {
  const lines: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text: string | Uint8Array) => {
    lines.push(String(text));
    return true;
  };
  try {
    work();
  } finally {
    process.stdout.write = write;
  }
  return lines;
}

test('a measurement is one line in the embedded metric format, with the one dimension that its readers look for', () => {
  const send = createMetrics('demo');
  const [line = '', ...others] = written(() =>
    send([
      { metric: METRIC.passes, value: 1 },
      { metric: METRIC.passSeconds, value: 1.5 },
      { metric: METRIC.certificateDaysLeft, value: -2 },
    ]),
  );
  assert.deepEqual(others, []);
  const { _aws, ...values } = JSON.parse(line);
  assert.deepEqual(values, { Cluster: 'demo', Passes: 1, PassSeconds: 1.5, CertificateDaysLeft: -2 });
  assert.deepEqual(_aws.CloudWatchMetrics, [
    {
      Namespace: 'Everswarm',
      Dimensions: [['Cluster']],
      Metrics: [
        { Name: 'Passes', Unit: 'Count' },
        { Name: 'PassSeconds', Unit: 'Seconds' },
        { Name: 'CertificateDaysLeft', Unit: 'None' },
      ],
    },
  ]);
});

test('nothing of a former line is in the next', () => {
  const send = createMetrics('demo');
  const [, second = ''] = written(() => {
    send([{ metric: METRIC.failedPasses, value: 1 }]);
    send([{ metric: METRIC.throttles, value: 0 }]);
  });
  const { _aws, ...values } = JSON.parse(second);
  assert.deepEqual(values, { Cluster: 'demo', Throttles: 0 });
  assert.equal(_aws.CloudWatchMetrics[0].Metrics.length, 1);
});
