import type { InvocationJournal } from '../lambda/journal.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { Queues } from '../sqs/service.ts';
import { embeddedSamples } from './embedded-metrics.ts';
import type { MetricStore } from './metric-store.ts';

/** What functions write into their logs in the embedded metric format. */
export function measureLogs(metrics: MetricStore, logs: LogStore): void {
  logs.onLine((_group, { message }) => {
    for (const { id, value, at } of embeddedSamples(message)) metrics.put(id, value, at);
  });
}

/** Lambda's own metrics. Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function measureRuns(metrics: MetricStore, journal: InvocationJournal): void {
  journal.onInvocation(({ functionName, durationMs, error }) => {
    const dimensions = { FunctionName: functionName };
    const measure = (name: string, value: number) => metrics.put({ namespace: 'AWS/Lambda', name, dimensions }, value);
    measure('Invocations', 1);
    measure('Errors', error === undefined ? 0 : 1);
    measure('Duration', durationMs);
  });
}

/** SQS's own metrics at one moment, milliseconds since the epoch. */
export function measureQueues(metrics: MetricStore, queues: Queues, at: number): void {
  for (const queue of queues.list()) {
    const { visible, inFlight } = queue.counts();
    const dimensions = { QueueName: queue.name };
    const measure = (name: string, value: number) => metrics.put({ namespace: 'AWS/SQS', name, dimensions }, value, at);
    measure('ApproximateNumberOfMessagesVisible', visible);
    measure('ApproximateNumberOfMessagesNotVisible', inFlight);
  }
}
