import { RemovalPolicy, Size, Tags } from 'aws-cdk-lib';
import {
  CfnEIP,
  CfnEIPAssociation,
  CfnNetworkInterface,
  EbsDeviceVolumeType,
  type ISubnet,
  Volume,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { TAG } from '../names.ts';
import type { VolumeSpec } from '../spec/spec.ts';

export interface PetIdentityProps {
  readonly group: string;
  /** The pet's private IP address, within `subnet`. */
  readonly logicalId: string;
  readonly subnet: ISubnet;
  readonly securityGroupIds: readonly string[];
  /** With an Elastic IP. */
  readonly publicAddress: boolean;
  readonly volume: VolumeSpec;
  /** `undefined`: the account's default key. */
  readonly volumeKey: IKey | undefined;
  /** What becomes of the volume when the pet, or the stack, is removed. */
  readonly volumeRemovalPolicy: RemovalPolicy;
  /** It has this volume already, which carries its tags. */
  readonly adoptedVolume: string | undefined;
}

const VOLUME_TYPES: Readonly<Record<VolumeSpec['type'], EbsDeviceVolumeType>> = {
  gp2: EbsDeviceVolumeType.GENERAL_PURPOSE_SSD,
  gp3: EbsDeviceVolumeType.GENERAL_PURPOSE_SSD_GP3,
  io1: EbsDeviceVolumeType.PROVISIONED_IOPS_SSD,
  io2: EbsDeviceVolumeType.PROVISIONED_IOPS_SSD_IO2,
};

/**
 * What belongs to one logical ID and outlives its instances: the network interface with its fixed private address,
 * in a public subnet an Elastic IP on it, and the encrypted volume with its state. The instances themselves are none of
 * CloudFormation's business: the controller replaces them.
 *
 * The Elastic IP is there because an instance that is launched with an existing interface can't be given a public
 * address by its subnet; it stays with the interface from one instance to the next.
 */
export class PetIdentity extends Construct {
  readonly networkInterface: CfnNetworkInterface;
  readonly elasticIp: CfnEIP | undefined;
  /** `undefined`: an adopted one. */
  readonly volume: Volume | undefined;

  constructor(scope: Construct, id: string, props: PetIdentityProps) {
    super(scope, id);
    this.networkInterface = new CfnNetworkInterface(this, 'Interface', {
      description: `everswarm ${props.group} ${props.logicalId}`,
      subnetId: props.subnet.subnetId,
      privateIpAddress: props.logicalId,
      groupSet: [...props.securityGroupIds],
    });

    this.elasticIp = props.publicAddress ? this.giveAddress(props.subnet) : undefined;

    this.volume = props.adoptedVolume === undefined ? this.makeVolume(props) : undefined;

    Tags.of(this).add(TAG.group, props.group);
    Tags.of(this).add(TAG.logicalId, props.logicalId);
    Tags.of(this).add('Name', `${props.group}-${props.logicalId}`);
  }

  private makeVolume(props: PetIdentityProps): Volume {
    return new Volume(this, 'Volume', {
      availabilityZone: props.subnet.availabilityZone,
      size: Size.gibibytes(props.volume.sizeGiB),
      volumeType: VOLUME_TYPES[props.volume.type],
      ...provisionedIops(props.volume),
      encrypted: true,
      ...(props.volumeKey === undefined ? {} : { encryptionKey: props.volumeKey }),
      removalPolicy: keptOnceUsed(props.volumeRemovalPolicy),
    });
  }

  private giveAddress(subnet: ISubnet): CfnEIP {
    const elasticIp = new CfnEIP(this, 'ElasticIp', { domain: 'vpc' });
    // An address in a VPC needs the internet gateway attached first, and released before it is detached
    // (AWS::EC2::EIP, "DependsOn the VPC-gateway attachment").
    elasticIp.node.addDependency(subnet.internetConnectivityEstablished);
    new CfnEIPAssociation(this, 'ElasticIpAssociation', {
      allocationId: elasticIp.attrAllocationId,
      networkInterfaceId: this.networkInterface.ref,
    });
    return elasticIp;
  }
}

/** Volumes of a first deployment that is rolled back hold nothing yet, and would be in the way of the next one. */
function keptOnceUsed(policy: RemovalPolicy): RemovalPolicy {
  return policy === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : policy;
}

/**
 * io1 and io2 don't exist without a figure. They get gp3's baseline of 3,000, or as much as an io1 volume of the
 * size may have: 50 a GiB, 100 at the least (AWS::EC2::Volume, property Iops).
 */
function provisionedIops(volume: VolumeSpec): { iops?: number } {
  switch (volume.type) {
    case 'gp2':
    case 'gp3':
      return {};
    case 'io1':
    case 'io2':
      return { iops: Math.max(100, Math.min(3_000, volume.sizeGiB * 50)) };
  }
}
