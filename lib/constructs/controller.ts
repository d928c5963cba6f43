import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { type ControllerPolicyProps, controllerStatements, controllerWildcards } from './controller-policy.ts';
import { LambdaFunction } from './lambda-function.ts';

export interface ControllerProps extends ControllerPolicyProps {
  readonly tableName: string;
  readonly logRetention: RetentionDays;
}

/**
 * The reconciler and what wakes it. Each event only wakes it; what to do it reads from the world.
 *
 * One invocation drives one convergence and holds the lease meanwhile, so the function needs no reserved
 * concurrency, which new accounts can't give (their whole quota has to stay unreserved).
 */
export class Controller extends Construct {
  readonly reconcile: LambdaFunction;
  /** Wake-ups that failed for good: asynchronous invocations, and events that could not be delivered. */
  readonly failures: sqs.Queue;

  constructor(scope: Construct, id: string, props: ControllerProps) {
    super(scope, id);
    this.failures = new sqs.Queue(this, 'Failures', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(
      this.failures,
      'AwsSolutions-SQS3',
      'It is the dead-letter queue itself, of asynchronous invocations and event rules, which cdk-nag does not see; nothing consumes it but a person.',
    );

    this.reconcile = new LambdaFunction(this, 'Reconcile', {
      name: 'reconcile',
      description: `Keeps the Swarm "${props.cluster}" as declared`,
      // The longest convergence that one wake-up drives; what needs longer is taken up by the next.
      timeout: Duration.minutes(5),
      // It mostly waits for answers. Half a GiB gives it a third of a processor, enough to parse them.
      memorySize: 512,
      environment: { EVERSWARM_CLUSTER: props.cluster, EVERSWARM_TABLE: props.tableName },
      statements: [...controllerStatements(this, props), this.reportFailures()],
      wildcards: controllerWildcards(this),
      logRetention: props.logRetention,
    });
    this.reconcile.function.configureAsyncInvoke({
      // In place of SqsDestination, which allows two actions more than Lambda needs.
      onFailure: { bind: () => ({ destination: this.failures.queueArn }) },
      retryAttempts: 2,
      // The schedule wakes the reconciler every minute: an older wake-up says nothing new.
      maxEventAge: Duration.minutes(5),
    });

    for (const [name, rule] of Object.entries(WAKE_UPS)) {
      new events.Rule(this, name, {
        ...rule,
        targets: [
          new targets.LambdaFunction(this.reconcile.function, {
            deadLetterQueue: this.failures,
            maxEventAge: Duration.minutes(5),
            retryAttempts: 2,
          }),
        ],
      });
    }
  }

  /** Lambda sends the records in the name of the role: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  private reportFailures(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'ReportFailures',
      actions: ['sqs:SendMessage'],
      resources: [this.failures.queueArn],
    });
  }
}

/**
 * EC2's events carry no tags, so those of all instances in the Region come; a wake-up for nothing costs one idle pass.
 * They are best effort, and there is none for a volume that came off or an agent that came up: the schedule is part
 * of the design, not a fallback.
 */
const WAKE_UPS: Readonly<Record<string, events.RuleProps>> = {
  InstanceStateChange: {
    description: 'An instance changed state',
    // Not `pending`: nothing can be done yet, and whoever launched it waits for it anyway.
    eventPattern: {
      source: ['aws.ec2'],
      detailType: ['EC2 Instance State-change Notification'],
      detail: { state: ['running', 'shutting-down', 'terminated', 'stopping', 'stopped'] },
    },
  },
  SpotWarning: {
    description: 'A spot instance will be, or is likely to be, interrupted',
    eventPattern: {
      source: ['aws.ec2'],
      detailType: ['EC2 Spot Instance Interruption Warning', 'EC2 Instance Rebalance Recommendation'],
    },
  },
  Health: {
    description: 'AWS reports on the health of EC2, or retires hardware',
    eventPattern: { source: ['aws.health'], detailType: ['AWS Health Event'], detail: { service: ['EC2'] } },
  },
  Schedule: {
    description: 'Looks at the cluster also when no event said to',
    schedule: events.Schedule.rate(Duration.minutes(1)),
  },
};
