import type { RegionContext } from '../service.ts';
import type { Notification } from '../sns/topics.ts';
import type { Alarm } from './alarm-book.ts';
import type { AlarmState } from './evaluation.ts';

/** What CloudWatch sends to a topic. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
export function notificationOf(
  alarm: Alarm,
  former: AlarmState,
  { account, region }: Pick<RegionContext, 'account' | 'region'>,
): Notification {
  const { definition, state, reason, since, arn } = alarm;
  return {
    subject: `${state}: "${definition.name}" in ${region}`.slice(0, 100),
    message: JSON.stringify({
      AlarmName: definition.name,
      AlarmDescription: definition.description,
      AWSAccountId: account,
      NewStateValue: state,
      NewStateReason: reason,
      StateChangeTime: new Date(since).toISOString(),
      Region: region,
      AlarmArn: arn,
      OldStateValue: former,
    }),
  };
}
