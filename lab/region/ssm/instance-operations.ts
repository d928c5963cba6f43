import { z } from 'zod';
import { parseInput } from '../protocol/input.ts';
import type { JsonObject, JsonOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { AgentRecord } from './agents.ts';
import { pageOf } from './paging.ts';
import { type ManagedInstance, type SsmWorld, seconds } from './store.ts';

const Input = z.strictObject({
  Filters: z.array(z.strictObject({ Key: z.string(), Values: z.array(z.string()).min(1) })).default([]),
  InstanceInformationFilterList: z
    .array(z.strictObject({ key: z.string(), valueSet: z.array(z.string()).min(1) }))
    .default([]),
  MaxResults: z.number().int().min(5).max(50).optional(),
  NextToken: z.string().optional(),
});

interface Row {
  readonly agent: AgentRecord;
  readonly instance: ManagedInstance;
  readonly ping: 'Online' | 'ConnectionLost';
}

/** Instances whose agent has registered; one that never did is not listed at all. */
function describeInstanceInformation(world: SsmWorld, input: JsonObject): JsonObject {
  const query = parseInput(Input, input);
  const filters = [
    ...query.Filters,
    ...query.InstanceInformationFilterList.map(({ key, valueSet }) => ({ Key: key, Values: valueSet })),
  ].map(({ Key, Values }) => ({ Key, wanted: new Set(Values) }));
  const rows = world.agents.all().flatMap((agent): Row[] => {
    const instance = world.directory.find(agent.instanceId);
    return instance === undefined
      ? []
      : [{ agent, instance, ping: world.agents.online(agent) ? 'Online' : 'ConnectionLost' }];
  });
  const found = rows.filter((row) =>
    filters.every(({ Key, wanted }) => fieldOf(row, Key).some((value) => wanted.has(value))),
  );
  const { items, NextToken } = pageOf(found, query);
  return { InstanceInformationList: items.map((row) => render(world, row)), NextToken };
}

function fieldOf({ instance, ping }: Row, key: string): readonly string[] {
  if (key === 'InstanceIds') return [instance.instanceId];
  if (key === 'PingStatus') return [ping];
  if (key === 'ResourceType') return ['EC2Instance', 'ManagedInstance'];
  if (key === 'PlatformTypes') return ['Linux'];
  if (key === 'IamRole') return instance.role === undefined ? [] : [instance.role];
  if (key === 'tag-key') return [...instance.tags.keys()];
  if (key.startsWith('tag:')) {
    const value = instance.tags.get(key.slice('tag:'.length));
    return value === undefined ? [] : [value];
  }
  throw new ServiceError(
    'InvalidInstanceInformationFilterValue',
    `Filter key ${key}: allowed are InstanceIds, PingStatus, ResourceType, PlatformTypes, IamRole, tag-key and tag:<key>.`,
  );
}

function render(world: SsmWorld, { agent, instance, ping }: Row): JsonObject {
  return {
    InstanceId: instance.instanceId,
    PingStatus: ping,
    LastPingDateTime: seconds(world.agents.lastPing(agent)),
    RegistrationDate: seconds(agent.registeredAt),
    AgentVersion: '3.3.0.0',
    IsLatestVersion: true,
    PlatformType: 'Linux',
    PlatformName: 'Debian GNU/Linux',
    PlatformVersion: '12',
    ResourceType: 'EC2Instance',
    IPAddress: instance.privateIp,
    ComputerName: instance.instanceId,
    SourceId: instance.instanceId,
    SourceType: 'AWS::EC2::Instance',
  };
}

export function instanceOperations(world: SsmWorld): Readonly<Record<string, JsonOperation>> {
  return { DescribeInstanceInformation: (input) => describeInstanceInformation(world, input) };
}
