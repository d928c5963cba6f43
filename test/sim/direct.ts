import { uuid } from '../../lab/region/ids.ts';
import { ServiceError } from '../../lab/region/protocol/service-error.ts';
import type { RegionInside } from '../../lab/region/region.ts';
import type { QueryNode } from '../../lab/region/wire/query.ts';
import type { XmlElement, XmlValue } from '../../lab/region/wire/xml.ts';
import { awsError } from './aws-error.ts';

/*
 * The region's actions as an SDK client would reach them, without the text between: writing and parsing XML is most of
 * what a run costs. The rules are those of the EC2 Query protocol, for the calls that the controller makes; that both
 * ways come to the same is tested (test/sim/direct.test.ts).
 */

export type Service = 'ec2' | 'ssm';

/** @param name e.g. `DescribeInstances` @throws what an SDK client would throw */
export async function callDirectly(
  inside: RegionInside,
  service: Service,
  name: string,
  input: object,
): Promise<object> {
  try {
    if (service === 'ssm') {
      const operation = inside.ssmOperations[name];
      if (operation === undefined) throw new ServiceError('InvalidAction', `no operation ${name}`);
      return { ...(await operation(defined(input))) };
    }
    const read = ANSWERS[name];
    if (read === undefined) throw new Error(`the direct way has no ${name}; add its answer to test/sim/direct.ts`);
    const { answer } = await inside.ec2Calls.call(name, queryOf({ Action: name, ...input }));
    return read(answer);
  } catch (error) {
    // EC2's protocol draws a request id for an error, too: the same draws keep both ways alike.
    if (error instanceof ServiceError && service === 'ec2') uuid(inside.ec2.context.random);
    if (error instanceof ServiceError) throw awsError(error.code, error.status, error.message);
    throw error;
  }
}

function defined(input: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** `Filters: [{ Name, Values }]` is `Filter.1.Name`, `Filter.1.Value.1`: lists lose their plural's `s`. */
function queryOf(value: unknown): QueryNode {
  if (Array.isArray(value)) {
    return { value: undefined, children: new Map(value.map((item, index) => [String(index + 1), queryOf(item)])) };
  }
  if (typeof value === 'object' && value !== null) {
    const children = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]): [string, QueryNode] => [Array.isArray(item) ? nameOfEach(name) : name, queryOf(item)]);
    return { value: undefined, children: new Map(children) };
  }
  return { value: String(value), children: new Map() };
}

/** CreateTags and DeleteTags call their list of ids by another name on the wire. */
function nameOfEach(name: string): string {
  if (name === 'Resources') return 'ResourceId';
  return name.endsWith('s') ? name.slice(0, -1) : name;
}

const ANSWERS: Readonly<Record<string, (answer: XmlElement) => object>> = {
  DescribeInstances: (answer) => ({
    Reservations: elements(answer['reservationSet']).map((reservation) => ({
      Instances: elements(reservation['instancesSet']).map(instance),
    })),
    NextToken: text(answer['nextToken']),
  }),
  RunInstances: (answer) => ({ Instances: elements(answer['instancesSet']).map(instance) }),
  TerminateInstances: () => ({}),
  CreateTags: () => ({}),
  DeleteTags: () => ({}),
  CreateVolume: (answer) => ({ VolumeId: text(answer['volumeId']), State: text(answer['status']) }),
  DescribeVolumes: (answer) => ({
    Volumes: elements(answer['volumeSet']).map((volume) => ({
      VolumeId: text(volume['volumeId']),
      CreateTime: new Date(text(volume['createTime']) ?? ''),
      AvailabilityZone: text(volume['availabilityZone']),
      State: text(volume['status']),
      Tags: tags(volume['tagSet']),
      Attachments: elements(volume['attachmentSet']).map((attachment) => ({
        InstanceId: text(attachment['instanceId']),
        State: text(attachment['status']),
      })),
    })),
    NextToken: text(answer['nextToken']),
  }),
  AttachVolume: (answer) => ({ State: text(answer['status']) }),
  DescribeNetworkInterfaces: (answer) => ({
    NetworkInterfaces: elements(answer['networkInterfaceSet']).map((eni) => ({
      NetworkInterfaceId: text(eni['networkInterfaceId']),
      PrivateIpAddress: text(eni['privateIpAddress']),
      SubnetId: text(eni['subnetId']),
      AvailabilityZone: text(eni['availabilityZone']),
      Status: text(eni['status']),
      TagSet: tags(eni['tagSet']),
      Attachment: element(eni['attachment']) && { InstanceId: text(element(eni['attachment'])?.['instanceId']) },
    })),
    NextToken: text(answer['nextToken']),
  }),
};

function instance(one: XmlElement): object {
  return {
    InstanceId: text(one['instanceId']),
    State: { Name: text(element(one['instanceState'])?.['name']) },
    Tags: tags(one['tagSet']),
    Placement: { AvailabilityZone: text(element(one['placement'])?.['availabilityZone']) },
    LaunchTime: new Date(text(one['launchTime']) ?? ''),
    SubnetId: text(one['subnetId']),
    PrivateIpAddress: text(one['privateIpAddress']),
    BlockDeviceMappings: elements(one['blockDeviceMapping']).map((device) => ({
      Ebs: { VolumeId: text(element(device['ebs'])?.['volumeId']) },
    })),
  };
}

function tags(set: XmlValue): object[] {
  return elements(set).map((tag) => ({ Key: text(tag['key']), Value: text(tag['value']) }));
}

function element(value: XmlValue): XmlElement | undefined {
  return isElement(value) ? value : undefined;
}

function elements(value: XmlValue): readonly XmlElement[] {
  return Array.isArray(value) ? value.filter(isElement) : [];
}

function isElement(value: unknown): value is XmlElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: XmlValue): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
