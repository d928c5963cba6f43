import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface AwsClients {
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  readonly lambda: LambdaClient;
  readonly dynamo: DynamoDBDocumentClient;
}

/** What a person chose on the command line; what is left out comes from the environment and the shared configuration. */
export interface AwsChoice {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

/**
 * The SDK's clients as the functions use them; Region, credentials and endpoint come from the environment.
 * A call that hangs must not outlast the lease: a try ends after 5 s, and there are three (the SDK's default is to
 * wait for an answer without end).
 */
export function createAwsClients({ region, profile }: AwsChoice = {}): AwsClients {
  const options = {
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  return {
    ec2: new EC2Client(options),
    ssm: new SSMClient(options),
    lambda: new LambdaClient(options),
    dynamo: DynamoDBDocumentClient.from(new DynamoDBClient(options)),
  };
}
