import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmKey, alarmName } from '../names.ts';
import { type AlarmConditionsProps, alarmConditions } from './alarm-conditions.ts';

export interface SwarmAlarmsProps extends AlarmConditionsProps {
  /** Where they tell of themselves. @default a topic of their own, to which nobody is subscribed yet */
  readonly topic?: sns.ITopic | undefined;
  /** Address of the runbook; an alarm's part of it is behind `#`. @default its place in the sources of Everswarm */
  readonly runbookUrl?: string | undefined;
}

const RUNBOOK = 'docs/runbook.md';

/**
 * What somebody has to be told who is on call, by night as well: each alarm names its part of the runbook. They come after
 * the Swarm and go before it, so that neither its first minutes nor its removal is an alarm.
 */
export class SwarmAlarms extends Construct {
  readonly topic: sns.ITopic;
  /** By key. With a single manager there is no `quorum-at-risk`: its quorum always is. */
  readonly alarms: ReadonlyMap<AlarmKey, cloudwatch.Alarm>;

  constructor(scope: Construct, id: string, props: SwarmAlarmsProps) {
    super(scope, id);
    const { cluster } = props.spec;
    this.topic = props.topic ?? this.ownTopic(cluster);
    const action = new SnsAction(this.topic);
    const made = alarmConditions(props).map(({ key, what, metric, ...condition }) => {
      const alarm = metric.createAlarm(this, key, {
        ...condition,
        // A name of its own, by which the command line and the runbook find it.
        alarmName: alarmName(cluster, key),
        alarmDescription: `Swarm "${cluster}": ${what}. What to do: ${props.runbookUrl ?? RUNBOOK}#${key}`,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return [key, alarm] as const;
    });
    this.alarms = new Map(made);
  }

  private ownTopic(cluster: string): sns.Topic {
    // Not encrypted with AWS's own key for SNS: that lets no alarm through. There is nothing in an alarm but its name and figures.
    const topic = new sns.Topic(this, 'Topic', { displayName: `Everswarm ${cluster}`, enforceSSL: true });
    // The policy that refuses plain HTTP takes the place of the default one, by which alarms of the account might publish.
    // Source: https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AllowAlarms',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'cloudwatch',
              resource: 'alarm',
              resourceName: alarmName(cluster, '*'),
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    return topic;
  }
}
