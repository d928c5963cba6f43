import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { freePublicAddress } from './addresses.ts';
import { addInterface, checkAddress, checkGroups, findInterface, publicAddress } from './interfaces.ts';
import type { InterfaceSpec, LaunchSpec } from './launch-spec.ts';
import type { NetworkInterface, Subnet, Tags } from './model.ts';
import { findSubnet } from './subnets.ts';
import type { Ec2World } from './world.ts';

/** Where a launch's instances come to the network: at an interface that is there, or at a new one each. */
export type InterfacePlan =
  | {
      readonly kind: 'existing';
      readonly eni: NetworkInterface;
      readonly deleteOnTermination: boolean;
      readonly zone: string;
    }
  | {
      readonly kind: 'new';
      readonly subnet: Subnet;
      readonly zone: string;
      readonly privateIp: string | undefined;
      readonly groups: readonly string[];
      readonly publicIp: boolean;
      readonly deleteOnTermination: boolean;
      readonly description: string;
    };

/** @throws ServiceError for everything about interfaces that EC2 refuses; makes nothing */
export function planInterface(world: Ec2World, spec: LaunchSpec, count: number): InterfacePlan {
  const [first, ...more] = spec.interfaces;
  if (more.length > 0 || (first !== undefined && first.deviceIndex !== 0)) {
    throw new ServiceError('UnsupportedOperation', "The lab's machines have one interface, with device index 0.");
  }
  if (first?.interfaceId !== undefined) return planExisting(world, first, first.interfaceId, count);
  const subnetId = first?.subnetId ?? spec.subnetId;
  if (subnetId === undefined) {
    throw new ServiceError(
      'MissingInput',
      'No subnets found for the default VPC. Please specify a subnet, or an interface: the lab has no default VPC.',
    );
  }
  const subnet = findSubnet(world, subnetId);
  const privateIp = first?.privateIp ?? spec.privateIp;
  if (privateIp !== undefined && count > 1) {
    throw new ServiceError(
      'InvalidParameterCombination',
      `One private IP address (${privateIp}) cannot be given to ${count} instances.`,
    );
  }
  if (privateIp !== undefined) checkAddress(world, subnet, privateIp);
  if (spec.zone !== undefined && spec.zone !== subnet.zone) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Placement in ${spec.zone} does not match the zone of subnet '${subnet.id}', ${subnet.zone}.`,
    );
  }
  return {
    kind: 'new',
    subnet,
    zone: subnet.zone,
    privateIp,
    groups: checkGroups(world, subnet, first?.groups ?? spec.securityGroupIds),
    publicIp: first?.publicIp ?? subnet.mapPublicIp,
    deleteOnTermination: first?.deleteOnTermination ?? true,
    description: first?.description ?? '',
  };
}

function planExisting(world: Ec2World, spec: InterfaceSpec, interfaceId: string, count: number): InterfacePlan {
  const eni = findInterface(world, interfaceId);
  if (eni.attachment !== undefined || count > 1) {
    throw new ServiceError(
      'InvalidNetworkInterface.InUse',
      `Interface: [${eni.id}] in use${eni.attachment === undefined ? '' : ` by ${eni.attachment.instanceId}`}; an interface is held by one instance only.`,
    );
  }
  return { kind: 'existing', eni, zone: eni.zone, deleteOnTermination: spec.deleteOnTermination ?? false };
}

export function putInterface(
  world: Ec2World,
  plan: InterfacePlan,
  instanceId: string,
  tags: Tags | undefined,
): NetworkInterface {
  const eni = plan.kind === 'existing' ? plan.eni : addInterface(world, { ...plan, tags: new Map(tags) });
  eni.attachment = {
    id: resourceId(world.context.random, 'eni-attach'),
    instanceId,
    deviceIndex: 0,
    deleteOnTermination: plan.deleteOnTermination,
    at: world.context.clock.now(),
  };
  const wantsPublic = plan.kind === 'new' && plan.publicIp;
  if (wantsPublic && publicAddress(world, eni) === undefined) eni.publicIp = freePublicAddress(world);
  return eni;
}
