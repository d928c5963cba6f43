import type { EC2Client } from '@aws-sdk/client-ec2';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

/** What a deployment works with. */
export interface DeploymentTools {
  readonly cluster: string;
  readonly store: Store;
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  readonly lambda: LambdaClient;
  /** Name or ARN of the function that reconciles. */
  readonly reconcileFunction: string;
  readonly clock: Clock;
  /** Names this invocation as an owner of the lease; no other has the same. */
  readonly owner: string;
}

/** How long a request may take. */
export interface TimeLimit {
  /** On the monotonic clock, milliseconds: no waiting after it. */
  readonly giveUpAt: number;
  /** Aborted when the request was answered without waiting for its end. */
  readonly signal: AbortSignal;
}
