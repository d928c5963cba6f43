import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Clock } from '../../../lib/clock.ts';
import type { Clients } from '../clients.ts';
import type { CustomResourceCaller } from '../custom-resource/caller.ts';
import { present } from '../errors.ts';
import type { ResourceContext } from '../resources/handler.ts';
import { isAwsError } from '../resources/waiting.ts';
import type { StackPlace } from '../template/scope.ts';
import type { Journal } from './journal.ts';
import { physicalName, type Random } from './names.ts';

/** What every step of a stack operation works with. */
export interface Surroundings {
  readonly place: StackPlace;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly random: Random;
  readonly tags: Readonly<Record<string, string>>;
  readonly customResources: CustomResourceCaller;
  readonly journal: Journal;
}

export function contextFor(
  resource: { readonly logicalId: string; readonly type: string },
  surroundings: Surroundings,
  signal: AbortSignal,
): ResourceContext {
  const { place, clients, clock, random, tags, customResources } = surroundings;
  return {
    ...resource,
    place,
    clients,
    clock,
    tags,
    customResources,
    signal,
    name: (maxLength) => physicalName(place.stackName, resource.logicalId, maxLength, random),
  };
}

/** The Region's zones in the order of their names, as Fn::GetAZs has them. */
export async function readZones({ ec2 }: Clients): Promise<readonly string[]> {
  const { AvailabilityZones } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
  return present(AvailabilityZones, 'DescribeAvailabilityZones', 'AvailabilityZones')
    .map((zone) => present(zone.ZoneName, 'DescribeAvailabilityZones', 'ZoneName'))
    .toSorted();
}

export async function readStoredParameter({ ssm }: Clients, Name: string): Promise<string | undefined> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
    return present(Parameter?.Value, 'GetParameter', 'Parameter.Value');
  } catch (error) {
    if (isAwsError(error, ['ParameterNotFound'])) {
      return undefined;
    }
    throw error;
  }
}

/** Version of the bootstrap stack that `cdk bootstrap` of the pinned CLI (2.1148.1) makes. Source: its bootstrap-template.yaml. */
const BOOTSTRAP_VERSION = '33';

/**
 * The lab counts as bootstrapped for the CDK: the parameter in which a template looks for the version of the
 * bootstrap stack is there. One that is there already stays as it is.
 */
export async function ensureBootstrapped(clients: Clients, name: string): Promise<void> {
  if ((await readStoredParameter(clients, name)) === undefined) {
    await clients.ssm.send(new PutParameterCommand({ Name: name, Type: 'String', Value: BOOTSTRAP_VERSION }));
  }
}
