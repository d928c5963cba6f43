import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DescribeInstancesResult, Instance } from '@aws-sdk/client-ec2';
import type { CommandOutcome } from '../../../lib/aws/run-command.ts';
import { observeInfrastructure } from '../../../lib/observe/infrastructure.ts';
import { ObservationError } from '../../../lib/observe/observation-error.ts';
import { probeMachines } from '../../../lib/observe/probe.ts';
import { awsError, fakeEc2, fakeSsm } from '../../support/fake-aws.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

const running: Instance = {
  InstanceId: 'i-1',
  State: { Name: 'running' },
  Placement: { AvailabilityZone: 'eu-central-1a' },
  SubnetId: 'subnet-1',
  PrivateIpAddress: '10.0.0.10',
  LaunchTime: new Date(1000),
  BlockDeviceMappings: [{ Ebs: { VolumeId: 'vol-root' } }],
  Tags: [
    { Key: 'everswarm:group', Value: 'managers' },
    { Key: 'everswarm:logical-id', Value: '10.0.0.10' },
    { Key: 'everswarm:generation', Value: '3' },
  ],
};
const gone: Instance = {
  InstanceId: 'i-0',
  State: { Name: 'terminated' },
  Placement: { AvailabilityZone: 'eu-central-1a' },
  LaunchTime: new Date(500),
  Tags: [{ Key: 'everswarm:generation', Value: 'two' }],
};

function observe(options: {
  readonly instances?: readonly DescribeInstancesResult[];
  readonly broken?: string;
  readonly agents?: () => string[];
}) {
  const pages = options.instances ?? [
    { Reservations: [{ Instances: [running] }], NextToken: '1' },
    { Reservations: [{ Instances: [gone] }] },
  ];
  const calls: string[] = [];
  const ec2 = fakeEc2((command, input) => {
    calls.push(command);
    if (command === options.broken) throw awsError('RequestLimitExceeded', 503);
    assert.deepEqual('Filters' in input && input.Filters, [{ Name: 'tag:everswarm:cluster', Values: ['demo'] }]);
    switch (command) {
      case 'DescribeInstancesCommand':
        return { ...pages['NextToken' in input && input.NextToken ? Number(input.NextToken) : 0], $metadata: {} };
      case 'DescribeNetworkInterfacesCommand':
        return {
          NetworkInterfaces: [
            {
              NetworkInterfaceId: 'eni-1',
              PrivateIpAddress: '10.0.0.10',
              SubnetId: 'subnet-1',
              AvailabilityZone: 'eu-central-1a',
              Status: 'in-use' as const,
              Attachment: { InstanceId: 'i-1' },
              TagSet: [{ Key: 'everswarm:logical-id', Value: '10.0.0.10' }],
            },
          ],
          $metadata: {},
        };
      default:
        return {
          Volumes: [
            {
              VolumeId: 'vol-1',
              CreateTime: new Date(2000),
              AvailabilityZone: 'eu-central-1a',
              State: 'in-use' as const,
              Attachments: [
                { InstanceId: 'i-0', State: 'detached' as const },
                { InstanceId: 'i-1', State: 'attached' as const },
              ],
            },
          ],
          $metadata: {},
        };
    }
  });
  const ssm = fakeSsm((command) => {
    calls.push(command);
    const online = options.agents?.() ?? ['i-1'];
    return {
      InstanceInformationList: online.map((id) => ({ InstanceId: id, PingStatus: 'Online' as const })),
      $metadata: {},
    };
  });
  return {
    calls,
    result: observeInfrastructure({ ec2, ssm, clock: createVirtualClock(42), cluster: 'demo' }),
  };
}

describe('observation', () => {
  it('reads instances over all pages, interfaces, volumes and agents', async () => {
    const { result } = observe({});
    const { at, instances, interfaces, volumes, agentsOnline, probes } = await result;
    assert.equal(at, 42);
    assert.equal(probes, undefined);
    assert.deepEqual(instances, [
      {
        id: 'i-1',
        state: 'running',
        group: 'managers',
        logicalId: '10.0.0.10',
        generation: 3,
        configHash: undefined,
        zone: 'eu-central-1a',
        subnetId: 'subnet-1',
        privateIp: '10.0.0.10',
        launchedAt: 1000,
        volumeIds: ['vol-root'],
      },
      {
        id: 'i-0',
        state: 'terminated',
        group: undefined,
        logicalId: undefined,
        generation: undefined,
        configHash: undefined,
        zone: 'eu-central-1a',
        subnetId: undefined,
        privateIp: undefined,
        launchedAt: 500,
        volumeIds: [],
      },
    ]);
    assert.equal(interfaces[0]?.attachedTo, 'i-1');
    assert.deepEqual([volumes[0]?.attachedTo, volumes[0]?.attachment], ['i-1', 'attached']);
    assert.deepEqual(agentsOnline, { seen: true, value: new Set(['i-1']) });
  });

  it('asks for no agents where nothing runs', async () => {
    const { result, calls } = observe({ instances: [{}] });
    assert.deepEqual((await result).agentsOnline, { seen: true, value: new Set() });
    assert.equal(calls.length, 3);
  });

  it('takes agents that could not be asked for unknown, not for absent', async () => {
    const { result } = observe({
      agents: () => {
        throw awsError('ThrottlingException');
      },
    });
    const { agentsOnline } = await result;
    assert.ok(!agentsOnline.seen);
    assert.match(agentsOnline.reason, /ThrottlingException/);
  });

  for (const broken of ['DescribeInstances', 'DescribeNetworkInterfaces', 'DescribeVolumes']) {
    it(`gives up the pass when ${broken} fails`, async () => {
      await assert.rejects(observe({ broken: `${broken}Command` }).result, (error: unknown) => {
        assert.ok(error instanceof ObservationError);
        assert.equal(error.call, broken);
        assert.equal(error.code, 'RequestLimitExceeded');
        return true;
      });
    });
  }

  it('does not guess at half an instance or an unknown state', async () => {
    const { InstanceId: _, ...nameless } = running;
    for (const instance of [nameless, { ...running, State: {} }]) {
      const { result } = observe({ instances: [{ Reservations: [{ Instances: [instance] }] }] });
      await assert.rejects(result, { code: 'IncompleteAnswer' });
    }
  });
});

describe('probing', () => {
  it('tells silence of each kind from an answer', async () => {
    const finished = (exitCode: number, stdout: string): CommandOutcome => ({
      kind: 'finished',
      exitCode,
      stdout,
      stderr: 'why',
    });
    const outcomes = new Map<string, CommandOutcome>([
      ['i-a', { kind: 'offline', reason: 'r' }],
      ['i-b', { kind: 'timeout', reason: 'r' }],
      ['i-c', { kind: 'failed', code: 'X', reason: 'r' }],
      ['i-d', finished(1, '')],
      ['i-e', finished(0, 'binary\0')],
    ]);
    const probes = await probeMachines({ runner: { run: async () => outcomes }, instanceIds: [...outcomes.keys()] });
    assert.deepEqual(
      [...probes.values()].map((probe) => probe.kind === 'silent' && probe.why),
      ['offline', 'timeout', 'failed', 'failed', 'garbled'],
    );
  });
});
