import { CustomResource, Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import type { ClusterSpec, Deployment } from '../spec/spec.ts';
import { deploymentStatements, deploymentWildcards } from './deployment-policy.ts';
import { LambdaFunction } from './lambda-function.ts';

export interface SwarmDeploymentProps {
  readonly spec: ClusterSpec;
  readonly deployment: Deployment;
  readonly table: { readonly tableName: string; readonly tableArn: string };
  readonly reconcile: { readonly functionName: string; readonly functionArn: string };
  readonly logRetention: RetentionDays;
}

/**
 * The step between "all resources are there" and "the Swarm runs", and back: a custom resource that commits the spec
 * and wakes the reconciler, and at removal terminates the instances, which CloudFormation doesn't know.
 *
 * The function answers CloudFormation by itself. It is the last resource made and the first one taken away, by
 * `runsAfter`: an instance that still held an interface or a volume would make their removal fail.
 */
export class SwarmDeployment extends Construct {
  readonly handler: LambdaFunction;
  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: SwarmDeploymentProps) {
    super(scope, id);
    const { spec, deployment, table, reconcile } = props;
    this.handler = new LambdaFunction(this, 'Handler', {
      name: 'deployment',
      description: `Commits the declared Swarm "${spec.cluster}" and takes it down`,
      // The most that Lambda gives: a whole cluster drains or boots meanwhile.
      timeout: Duration.minutes(15),
      memorySize: 256,
      environment: {
        EVERSWARM_CLUSTER: spec.cluster,
        EVERSWARM_TABLE: table.tableName,
        EVERSWARM_RECONCILE_FUNCTION: reconcile.functionName,
      },
      statements: deploymentStatements(this, {
        spec,
        tableArn: table.tableArn,
        reconcileFunctionArn: reconcile.functionArn,
      }),
      wildcards: deploymentWildcards(this),
      logRetention: props.logRetention,
    });
    this.resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::EverswarmDeployment',
      serviceToken: this.handler.function.functionArn,
      // Else a function that dies before it can answer keeps CloudFormation waiting for an hour. Two whole tries fit.
      serviceTimeout: Duration.minutes(35),
      properties: {
        Cluster: spec.cluster,
        // As text: CloudFormation turns every number and boolean of a property into a string.
        Spec: JSON.stringify(spec),
        Deployment: deployment,
      },
    });
    // Its answer needs its permissions, at creation as at removal.
    this.runsAfter(this.handler);
  }

  /** Whatever the machines or the controller need goes here: made before the Swarm, removed after it. */
  runsAfter(...needed: IDependable[]): void {
    this.resource.node.addDependency(...needed);
  }
}
