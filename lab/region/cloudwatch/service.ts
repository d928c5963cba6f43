import type { InvocationJournal } from '../lambda/journal.ts';
import type { LogStore } from '../logs/log-store.ts';
import { jsonService } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service } from '../service.ts';
import type { Topics } from '../sns/topics.ts';
import type { Queues } from '../sqs/service.ts';
import { AlarmBook } from './alarm-book.ts';
import { alarmOperations } from './alarm-operations.ts';
import { createDashboards, type Dashboards } from './dashboards.ts';
import { MetricStore } from './metric-store.ts';
import { notificationOf } from './notification.ts';
import { measureLogs, measureQueues, measureRuns } from './sources.ts';
import { tagOperations } from './tag-operations.ts';

/** What there is to measure and to tell; without any of it, CloudWatch keeps what it is given. */
export interface Surroundings {
  readonly logs?: LogStore;
  readonly queues?: Queues;
  readonly journal?: InvocationJournal;
  /** Where alarms may tell of themselves. */
  readonly topics?: Topics;
  /** Follows background work and keeps its failures. @default alarms are judged only by `alarms.evaluate()` */
  readonly background?: (what: string, work: Promise<void>) => void;
}

export interface CloudWatchService extends Service {
  readonly alarms: AlarmBook;
  readonly dashboards: Dashboards;
  readonly metrics: MetricStore;
  /** Judges no alarm any more. */
  stop(): void;
}

const MINUTE = 60_000;

/** CloudWatch, by its JSON protocol: what is measured, alarms on it, judged at the end of each minute, and dashboards. */
export function createCloudWatchService(context: RegionContext, around: Surroundings = {}): CloudWatchService {
  const { clock } = context;
  const { logs, queues, journal, topics, background } = around;
  const metrics = new MetricStore(clock);
  const { dashboards, operations } = createDashboards(context);
  const alarms = new AlarmBook({
    context,
    metrics,
    notify(arn, alarm, former) {
      if (topics === undefined) throw new ServiceError('NotFound', `nothing is at ${arn}`, 404);
      const caller = { service: 'cloudwatch.amazonaws.com', sourceArn: alarm.arn };
      topics.publishFor(caller, arn, notificationOf(alarm, former, context));
    },
  });
  const over = new AbortController();
  let minding = false;
  if (logs !== undefined) measureLogs(metrics, logs);
  if (journal !== undefined) measureRuns(metrics, journal);

  async function mind(): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(MINUTE - (clock.now() % MINUTE), over.signal);
        // Of the minute that is just over.
        if (queues !== undefined) measureQueues(metrics, queues, clock.now() - 1);
        alarms.evaluate();
      }
    } catch (error) {
      if (!over.signal.aborted) throw error;
    }
  }

  function begin(): void {
    if (minding || background === undefined) return;
    minding = true;
    background('alarms', mind());
  }

  const tagged = (arn: string) => [...alarms.list(), ...dashboards.list()].find((one) => one.arn === arn)?.tags;
  const all = { ...operations, ...alarmOperations(alarms, begin), ...tagOperations(tagged) };
  return {
    ...jsonService({ name: 'cloudwatch', names: ['monitoring'], version: '1.0', context, operations: all }),
    alarms,
    dashboards,
    metrics,
    stop: () => over.abort(),
  };
}
