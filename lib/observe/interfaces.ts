import { type EC2Client, type NetworkInterface, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import { TAG } from '../names.ts';
import { clusterFilter, reading, required, tagOf } from './narrow.ts';
import type { InterfaceSeen } from './observation.ts';

const CALL = 'DescribeNetworkInterfaces';

/**
 * Every network interface with the cluster's tag.
 * @throws ObservationError
 */
export function readInterfaces(ec2: EC2Client, cluster: string): Promise<InterfaceSeen[]> {
  return reading(CALL, async () => {
    const interfaces: InterfaceSeen[] = [];
    const pages = paginateDescribeNetworkInterfaces(
      { client: ec2, pageSize: 1000 },
      { Filters: clusterFilter(cluster) },
    );
    for await (const page of pages) {
      for (const networkInterface of page.NetworkInterfaces ?? []) interfaces.push(interfaceSeen(networkInterface));
    }
    return interfaces;
  });
}

function interfaceSeen(networkInterface: NetworkInterface): InterfaceSeen {
  const id = required(networkInterface.NetworkInterfaceId, CALL, 'NetworkInterfaceId', 'an interface');
  return {
    id,
    logicalId: tagOf(networkInterface.TagSet, TAG.logicalId),
    privateIp: required(networkInterface.PrivateIpAddress, CALL, 'PrivateIpAddress', id),
    subnetId: required(networkInterface.SubnetId, CALL, 'SubnetId', id),
    zone: required(networkInterface.AvailabilityZone, CALL, 'AvailabilityZone', id),
    status: required(networkInterface.Status, CALL, 'Status', id),
    attachedTo: networkInterface.Attachment?.InstanceId,
  };
}
