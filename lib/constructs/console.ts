import { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type ConsolePolicyProps, consoleWildcards, lookStatements, orderStatements } from './console-policy.ts';
import { LambdaFunction } from './lambda-function.ts';

export interface SwarmConsoleProps extends ConsolePolicyProps {
  readonly tableName: string;
  readonly reconcileFunctionName: string;
  readonly logRetention: RetentionDays;
}

/**
 * The functions behind the dashboard's widget. CloudWatch invokes them with the credentials of whoever looks at the dashboard, so
 * who may do what is IAM's to say: there is one function that looks, and one that acts.
 */
export class SwarmConsole extends Construct {
  /** Draws the cluster. Whoever is to see it may invoke it. */
  readonly look: LambdaFunction;
  /** Carries out what the buttons call for. Whoever is to press them may invoke it. */
  readonly orders: LambdaFunction;

  constructor(scope: Construct, id: string, props: SwarmConsoleProps) {
    super(scope, id);
    const { cluster, logRetention } = props;
    const environment = {
      EVERSWARM_CLUSTER: cluster,
      EVERSWARM_TABLE: props.tableName,
      EVERSWARM_RECONCILE_FUNCTION: props.reconcileFunctionName,
    };
    const common = {
      // It waits 15 s for the machines, then draws what EC2 alone says of them.
      timeout: Duration.minutes(1),
      memorySize: 512,
      wildcards: consoleWildcards(this),
      logRetention,
    };
    this.orders = new LambdaFunction(this, 'Orders', {
      ...common,
      name: 'console-orders',
      description: `Carries out what the buttons of the dashboard of "${cluster}" call for`,
      environment,
      statements: orderStatements(this, props),
    });
    this.look = new LambdaFunction(this, 'Look', {
      ...common,
      name: 'console',
      description: `Draws the Swarm "${cluster}" on its dashboard`,
      environment: { ...environment, EVERSWARM_ORDERS_FUNCTION: this.orders.function.functionArn },
      statements: lookStatements(this, props),
    });
  }
}
