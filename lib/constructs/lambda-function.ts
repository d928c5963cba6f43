import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcards, type Wildcard } from './acknowledge.ts';
import { lambdaCode } from './lambda-code.ts';

export interface LambdaFunctionProps {
  /** Directory under `lambdas/` whose `index.ts` exports `handler`. */
  readonly name: string;
  readonly description: string;
  readonly timeout: Duration;
  /** MiB. */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly iam.PolicyStatement[];
  /** Every resource in the statements with a `*` in it, and its reason. */
  readonly wildcards: readonly Wildcard[];
  readonly logRetention: RetentionDays;
}

/**
 * One Lambda function as all of this project are: an ES module bundle with its SDK clients in it (so that what was
 * tested is what runs), the templates beside it, a log group of its own and a role that may write to that one only.
 */
export class LambdaFunction extends Construct {
  readonly function: NodejsFunction;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: LambdaFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // In place of AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    for (const statement of props.statements) this.role.addToPolicy(statement);
    acknowledgeWildcards(this.role, props.wildcards);

    this.function = new NodejsFunction(this, 'Function', {
      description: props.description,
      ...lambdaCode(props.name),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memorySize,
      role: this.role,
      logGroup,
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
      // Connections are reused by the SDK's third version itself; the variable is for the second.
      awsSdkConnectionReuse: false,
    });
  }
}
