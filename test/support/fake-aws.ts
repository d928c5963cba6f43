import {
  EC2Client,
  type ServiceInputTypes as Ec2Input,
  type ServiceOutputTypes as Ec2Output,
} from '@aws-sdk/client-ec2';
import {
  LambdaClient,
  type ServiceInputTypes as LambdaInput,
  type ServiceOutputTypes as LambdaOutput,
} from '@aws-sdk/client-lambda';
import {
  SSMClient,
  type ServiceInputTypes as SsmInput,
  type ServiceOutputTypes as SsmOutput,
} from '@aws-sdk/client-ssm';

/** Answers a command by its name, e.g. `DescribeInstancesCommand`. */
export type Respond<Input, Output> = (command: string, input: Input) => Output;

const OPTIONS = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const AT_ONCE = { step: 'initialize', name: 'fake', priority: 'high' } as const;

/** Genuine clients whose calls end before anything is serialised: no network, no retries. */
export function fakeEc2(respond: Respond<Ec2Input, Ec2Output>): EC2Client {
  const client = new EC2Client(OPTIONS);
  client.middlewareStack.add(
    (_, context) => async (args) => ({ output: respond(String(context['commandName']), args.input), response: {} }),
    AT_ONCE,
  );
  return client;
}

export function fakeSsm(respond: Respond<SsmInput, SsmOutput>): SSMClient {
  const client = new SSMClient(OPTIONS);
  client.middlewareStack.add(
    (_, context) => async (args) => ({ output: respond(String(context['commandName']), args.input), response: {} }),
    AT_ONCE,
  );
  return client;
}

export function fakeLambda(respond: Respond<LambdaInput, LambdaOutput>): LambdaClient {
  const client = new LambdaClient(OPTIONS);
  client.middlewareStack.add(
    (_, context) => async (args) => ({ output: respond(String(context['commandName']), args.input), response: {} }),
    AT_ONCE,
  );
  return client;
}

/** An error as the SDK throws it for an answer of AWS. */
export function awsError(code: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(`${code} it is`), { name: code, $metadata: { httpStatusCode } });
}
