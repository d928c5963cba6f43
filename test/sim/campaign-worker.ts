import { parentPort } from 'node:worker_threads';
import type { Batch, BatchResult, Failure } from './campaign.ts';
import { Coverage } from './coverage.ts';
import { simulate } from './simulate.ts';

if (parentPort === null) throw new Error('this runs as a worker of test/sim/campaign.ts');
const port = parentPort;
port.on('message', (batch: Batch) => {
  void run(batch).then((result) => port.postMessage(result));
});

async function run({ from, seeds }: Batch): Promise<BatchResult> {
  const failures: Failure[] = [];
  const coverage = new Coverage();
  let [calls, virtualMilliseconds] = [0, 0];
  let longest = { seed: from, milliseconds: 0 };
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await simulate({ seed });
    if (result.violations.length > 0) failures.push({ seed, violations: result.violations });
    coverage.add(result.coverage);
    calls += result.calls;
    virtualMilliseconds += result.virtualMilliseconds;
    const milliseconds = result.wholeAfter ?? 0;
    if (milliseconds > longest.milliseconds) longest = { seed, milliseconds };
  }
  return { seeds, failures, coverage: [...coverage.counts], calls, virtualMilliseconds, longest };
}
