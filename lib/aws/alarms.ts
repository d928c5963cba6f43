import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { alarmName } from '../names.ts';
import type { AwsChoice } from './clients.ts';

/** An alarm of a cluster that is in the state ALARM. */
export interface RingingAlarm {
  /** Without the cluster's part: also the runbook's heading. */
  readonly key: string;
  readonly why: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
}

/** Only whoever looks at alarms needs this client: it is none of `createAwsClients`, which the functions bundle. */
export function createAlarmReader(
  { region, profile }: AwsChoice,
  cluster: string,
): () => Promise<readonly RingingAlarm[]> {
  return async () => {
    const client = new CloudWatchClient({
      maxAttempts: 3,
      ...(region === undefined ? {} : { region }),
      ...(profile === undefined ? {} : { profile }),
    });
    const prefix = alarmName(cluster, '*').slice(0, -1);
    const ringing: RingingAlarm[] = [];
    try {
      const pages = paginateDescribeAlarms({ client }, { AlarmNamePrefix: prefix, StateValue: 'ALARM' });
      for await (const page of pages) {
        for (const { AlarmName = '', StateReason, StateUpdatedTimestamp } of page.MetricAlarms ?? []) {
          const since = StateUpdatedTimestamp?.getTime();
          ringing.push({ key: AlarmName.slice(prefix.length), why: StateReason, since });
        }
      }
      return ringing;
    } finally {
      client.destroy();
    }
  };
}
