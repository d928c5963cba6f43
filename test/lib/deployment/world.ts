import type { Image, Instance, InstanceStateName, NetworkInterface, Volume } from '@aws-sdk/client-ec2';
import type { Outcome } from '../../../lib/deployment/answer.ts';
import { handleRequest } from '../../../lib/deployment/handle.ts';
import type { DeploymentTools } from '../../../lib/deployment/tools.ts';
import { TAG } from '../../../lib/names.ts';
import { serializeSpec } from '../../../lib/spec/json.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import type { ClusterStatus, Store } from '../../../lib/store/store.ts';
import { awsError, fakeEc2, fakeLambda, fakeSsm } from '../../support/fake-aws.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { wholeSpec } from '../spec/samples.ts';

export const ARM_PARAMETER = '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id';
const URL = 'https://answers.example/secret-signature';

/** AWS as far as a deployment sees it, a store, a clock, and CloudFormation on the other side. */
export function createWorld() {
  const clock = createVirtualClock(1_790_000_000_000);
  const store: Store = createMemoryStore({ clock, cluster: 'demo' });
  const calls: { command: string; input: object }[] = [];
  const answers: { url: string; body: Record<string, unknown> }[] = [];
  const instances = new Map<string, Instance>();
  const interfaces: NetworkInterface[] = [];
  const volumes: Volume[] = [];
  const parameters = new Map([[ARM_PARAMETER, 'ami-0a']]);
  const images = new Map<string, Image>([
    ['ami-0a', image('ami-0a')],
    ['ami-0b', image('ami-0b')],
  ]);
  /** Called before each answer: may change the world, or throw AWS's error. */
  const faults: ((command: string) => void)[] = [];
  const statuses: number[] = [];

  const met = (command: string, input: object) => {
    calls.push({ command, input });
    for (const fault of faults) fault(command);
  };
  const ec2 = fakeEc2((command, input) => {
    met(command, input);
    if (command === 'DescribeInstancesCommand') {
      const found = [...instances.values()].filter(({ State }) => State?.Name !== 'terminated');
      return { $metadata: {}, Reservations: [{ Instances: found }] };
    }
    if (command === 'DescribeNetworkInterfacesCommand') return { $metadata: {}, NetworkInterfaces: interfaces };
    if (command === 'DescribeVolumesCommand') return { $metadata: {}, Volumes: volumes };
    if (command === 'TerminateInstancesCommand' && 'InstanceIds' in input) {
      for (const id of input.InstanceIds ?? []) {
        instances.set(id, { ...instances.get(id), State: { Name: 'shutting-down' } });
        void clock.sleep(20_000).then(() => instances.set(id, { ...instances.get(id), State: { Name: 'terminated' } }));
      }
      return { $metadata: {} };
    }
    if (command === 'DescribeImagesCommand' && 'ImageIds' in input) {
      const found = (input.ImageIds ?? []).map((id) => images.get(id));
      if (found.includes(undefined)) throw awsError('InvalidAMIID.NotFound');
      return { $metadata: {}, Images: found.filter((one) => one !== undefined) };
    }
    throw new Error(`unexpected: ${command}`);
  });
  const ssm = fakeSsm((command, input) => {
    met(command, input);
    if (command === 'GetParameterCommand' && 'Name' in input) {
      const Value = parameters.get(String(input.Name));
      if (Value === undefined) throw awsError('ParameterNotFound');
      return { $metadata: {}, Parameter: { Value } };
    }
    if (command === 'DeleteParametersCommand') return { $metadata: {} };
    throw new Error(`unexpected: ${command}`);
  });
  const lambda = fakeLambda((command, input) => {
    met(command, input);
    return { $metadata: {}, StatusCode: 202 };
  });

  let invocations = 0;
  const tools = (): DeploymentTools => ({
    cluster: 'demo',
    store,
    ec2,
    ssm,
    lambda,
    reconcileFunction: 'reconcile',
    clock,
    owner: `deployment/${++invocations}`,
  });

  /** Serves a request to its end, on virtual time. */
  async function serve(event: unknown, options: { remaining?: number; makeTools?: () => DeploymentTools } = {}) {
    let result: { outcome: Outcome } | { error: unknown } | undefined;
    handleRequest({
      event,
      remaining: options.remaining ?? 900_000,
      clock,
      put: async (url, body) => {
        answers.push({ url, body: JSON.parse(body) });
        return statuses.shift() ?? 200;
      },
      makeTools: options.makeTools ?? tools,
    }).then(
      (outcome) => (result = { outcome }),
      (error: unknown) => (result = { error }),
    );
    await clock.run(() => result !== undefined, 2_000_000);
    if (result === undefined) throw new Error('it never ended');
    if ('error' in result) throw result.error;
    return result.outcome;
  }

  return {
    clock,
    store,
    tools,
    calls,
    answers,
    instances,
    interfaces,
    volumes,
    parameters,
    images,
    faults,
    statuses,
    serve,
    counted: (command: string) => calls.filter((call) => call.command === command).length,
    addInstance(id: string, state: InstanceStateName = 'running', cluster = 'demo', tags: Record<string, string> = {}) {
      instances.set(id, {
        InstanceId: id,
        State: { Name: state },
        Placement: { AvailabilityZone: 'us-east-1a' },
        LaunchTime: new Date(clock.now()),
        Tags: Object.entries({ [TAG.cluster]: cluster, ...tags }).map(([Key, Value]) => ({ Key, Value })),
      });
    },
  };
}
export type World = ReturnType<typeof createWorld>;

export function image(ImageId: string): Image {
  return {
    ImageId,
    State: 'available',
    Architecture: 'arm64',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30 } }],
  };
}

export function properties(spec: ClusterSpec = wholeSpec()): Record<string, unknown> {
  return {
    ServiceToken: 'arn:aws:lambda:us-east-1:123456789012:function:deployment',
    Cluster: spec.cluster,
    Spec: serializeSpec(spec),
    Deployment: {
      launchTemplates: { managers: { id: 'lt-1', version: '1' }, workers: { id: 'lt-2', version: '1' } },
      subnets: [0, 1, 2].map((index) => ({
        id: `subnet-${index}`,
        zone: `us-east-1${'abc'[index]}`,
        cidr: `10.42.${index}.0/24`,
      })),
    },
  };
}

export function request(
  RequestType: 'Create' | 'Update' | 'Delete',
  ResourceProperties: Record<string, unknown> = properties(),
  OldResourceProperties?: Record<string, unknown>,
): Record<string, unknown> {
  return {
    RequestType,
    RequestId: 'request-1',
    ResponseURL: URL,
    StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/demo/1',
    LogicalResourceId: 'Deployment',
    ResourceType: 'Custom::EverswarmDeployment',
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'everswarm-demo' }),
    ResourceProperties,
    ...(OldResourceProperties === undefined ? {} : { OldResourceProperties }),
  };
}

/** A reconciler that finds the cluster whole, so many milliseconds from now. */
export async function becomeWhole(world: World, specVersion: number, after: number): Promise<void> {
  await look(world, specVersion, after, true);
}

/** A pass under a version of the spec, so many milliseconds from now. */
export async function look(
  world: World,
  specVersion: number,
  after: number,
  whole: boolean,
  held: ClusterStatus['held'] = [],
): Promise<void> {
  // Nobody moves the clock before a request is served.
  if (after > 0) await world.clock.sleep(after);
  const acquisition = await world.store.acquire('reconciler');
  if (!acquisition.acquired) throw new Error('the lease is taken');
  const { lease, wanted } = acquisition;
  const at = world.clock.now();
  await world.store.putStatus(lease, { whole, at, fence: lease.fence, specVersion, held, waiting: [] });
  await world.store.release(lease, wanted);
}
