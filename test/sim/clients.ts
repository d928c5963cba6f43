import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Region } from '../../lab/region/region.ts';
import { callDirectly, type Service } from './direct.ts';

/** Carries one call to the region. `name`: e.g. `DescribeInstances`. Throws as an SDK client does. */
export type Carry = (service: Service, name: string, input: object, command: SdkCommand) => Promise<object>;

export interface SdkCommand {
  readonly input: object;
}

export interface Clients {
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
}

const OPTIONS = { region: 'us-east-1', credentials: { accessKeyId: 'SIM', secretAccessKey: 'SIM' }, maxAttempts: 1 };

/** Making a client costs more than a pass: one of each is enough for all, as they never send anything themselves. */
let shared: Clients | undefined;

/** Genuine clients, for the paginators' `instanceof`, whose `send` goes through `carry`: one pair an invocation. */
export function clientsOver(carry: Carry): Clients {
  shared ??= { ec2: new EC2Client(OPTIONS), ssm: new SSMClient(OPTIONS) };
  return { ec2: over(shared.ec2, 'ec2', carry), ssm: over(shared.ssm, 'ssm', carry) };
}

function over<T extends object>(client: T, service: Service, carry: Carry): T {
  const send = (command: SdkCommand) => {
    const name = command.constructor.name.replace(/Command$/, '');
    return carry(service, name, command.input, command);
  };
  return Object.create(client, { send: { value: send } });
}

/** Straight into the region's actions. */
export function directCarrier(region: Region): Carry {
  return (service, name, input) => callDirectly(region.inside, service, name, input);
}

/** Through the unchanged clients, their serialisers and the region's protocols. */
export function wireCarrier(region: Region): Carry {
  const options = { ...OPTIONS, requestHandler: region.requestHandler() };
  const clients = { ec2: new EC2Client(options), ssm: new SSMClient(options) };
  return async (service, _name, _input, command) => {
    const client = clients[service];
    return await Reflect.apply(Reflect.get(client, 'send'), client, [command]);
  };
}
