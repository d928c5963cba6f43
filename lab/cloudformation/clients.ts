import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

/** The unchanged SDK clients through which everything is created. */
export interface Clients {
  readonly cloudwatch: CloudWatchClient;
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly events: EventBridgeClient;
  readonly logs: CloudWatchLogsClient;
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBClient;
  readonly ssm: SSMClient;
}

/** What all of the SDK's clients take alike: Region, credentials, and an endpoint or a handler that needs no socket. */
export type ClientOptions = Pick<
  EC2ClientConfig,
  'region' | 'credentials' | 'endpoint' | 'requestHandler' | 'maxAttempts'
>;

export function createClients(options: ClientOptions): Clients {
  return {
    cloudwatch: new CloudWatchClient(options),
    ec2: new EC2Client(options),
    iam: new IAMClient(options),
    lambda: new LambdaClient(options),
    events: new EventBridgeClient(options),
    logs: new CloudWatchLogsClient(options),
    // Else it would go to the host in the queue URL in place of the endpoint it was given.
    sqs: new SQSClient({ ...options, useQueueUrlAsEndpoint: false }),
    dynamodb: new DynamoDBClient(options),
    ssm: new SSMClient(options),
  };
}

export function destroyClients(clients: Clients): void {
  for (const client of Object.values(clients)) {
    client.destroy();
  }
}
