import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, given, labRegion, network } from '../support/lab-region.ts';

describe('a VPC', () => {
  it('has subnets within it that do not overlap', async () => {
    const lab = labRegion();
    const { vpcId: VpcId, subnetA } = await network(lab);
    const subnet = (CidrBlock: string, AvailabilityZone = 'us-east-1c') =>
      lab.ec2.createSubnet({ VpcId, CidrBlock, AvailabilityZone });
    assert.equal(await codeOf(subnet('10.1.0.0/24')), 'InvalidSubnet.Range');
    assert.equal(await codeOf(subnet('10.0.0.128/25')), 'InvalidSubnet.Conflict');
    assert.equal(await codeOf(subnet('10.0.9.0/24', 'mars-1a')), 'InvalidParameterValue');
    assert.equal(await codeOf(subnet('ten')), 'InvalidParameterValue');
    assert.equal(await codeOf(lab.ec2.createVpc({ CidrBlock: '10.0.0.0/8' })), 'InvalidVpc.Range');
    await lab.ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
    const dns = await lab.ec2.describeVpcAttribute({ VpcId, Attribute: 'enableDnsHostnames' });
    assert.equal(dns.EnableDnsHostnames?.Value, true);
    await lab.ec2.modifySubnetAttribute({ SubnetId: subnetA, MapPublicIpOnLaunch: { Value: true } });
    const seen = await lab.ec2.describeSubnets({ Filters: [{ Name: 'availability-zone', Values: ['us-east-1a'] }] });
    assert.equal(seen.Subnets?.[0]?.MapPublicIpOnLaunch, true);
    assert.equal(seen.Subnets?.[0]?.AvailableIpAddressCount, 251);
    const zones = await lab.ec2.describeAvailabilityZones({});
    assert.deepEqual(
      zones.AvailabilityZones?.map(({ ZoneId }) => ZoneId),
      ['use1-az1', 'use1-az2', 'use1-az3'],
    );
  });

  it('routes to its internet gateway', async () => {
    const lab = labRegion();
    const { vpcId: VpcId, gatewayId: GatewayId, subnetA } = await network(lab);
    const RouteTableId = given((await lab.ec2.createRouteTable({ VpcId })).RouteTable?.RouteTableId);
    const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId };
    await lab.ec2.createRoute(route);
    assert.equal(await codeOf(lab.ec2.createRoute(route)), 'RouteAlreadyExists');
    const { AssociationId } = await lab.ec2.associateRouteTable({ RouteTableId, SubnetId: subnetA });
    assert.equal(
      await codeOf(lab.ec2.associateRouteTable({ RouteTableId, SubnetId: subnetA })),
      'Resource.AlreadyAssociated',
    );
    const seen = given((await lab.ec2.describeRouteTables({ RouteTableIds: [RouteTableId] })).RouteTables?.[0]);
    assert.deepEqual(
      seen.Routes?.map(({ GatewayId, State }) => [GatewayId, State]),
      [
        ['local', 'active'],
        [GatewayId, 'active'],
      ],
    );
    assert.equal(seen.Associations?.[0]?.SubnetId, subnetA);
    assert.equal(await codeOf(lab.ec2.deleteRouteTable({ RouteTableId })), 'DependencyViolation');
    await lab.ec2.disassociateRouteTable({ AssociationId });
    await lab.ec2.deleteRoute({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0' });
    await lab.ec2.deleteRouteTable({ RouteTableId });
  });

  it('is taken down in order only', async () => {
    const lab = labRegion();
    const { vpcId: VpcId, gatewayId: InternetGatewayId, subnetA, subnetB } = await network(lab);
    const made = await lab.ec2.createNetworkInterface({ SubnetId: subnetA });
    const NetworkInterfaceId = given(made.NetworkInterface?.NetworkInterfaceId);
    const { AllocationId } = await lab.ec2.allocateAddress({ Domain: 'vpc' });
    const { AssociationId } = await lab.ec2.associateAddress({ AllocationId, NetworkInterfaceId });
    assert.equal(await codeOf(lab.ec2.deleteVpc({ VpcId })), 'DependencyViolation');
    assert.equal(await codeOf(lab.ec2.deleteSubnet({ SubnetId: subnetA })), 'DependencyViolation');
    assert.equal(await codeOf(lab.ec2.detachInternetGateway({ InternetGatewayId, VpcId })), 'DependencyViolation');
    assert.equal(await codeOf(lab.ec2.releaseAddress({ AllocationId })), 'InvalidIPAddress.InUse');
    await lab.ec2.disassociateAddress({ AssociationId });
    await lab.ec2.releaseAddress({ AllocationId });
    assert.equal(await codeOf(lab.ec2.deleteInternetGateway({ InternetGatewayId })), 'DependencyViolation');
    await lab.ec2.detachInternetGateway({ InternetGatewayId, VpcId });
    await lab.ec2.deleteInternetGateway({ InternetGatewayId });
    await lab.ec2.deleteNetworkInterface({ NetworkInterfaceId });
    for (const SubnetId of [subnetA, subnetB]) await lab.ec2.deleteSubnet({ SubnetId });
    await lab.ec2.deleteVpc({ VpcId });
    assert.equal(await codeOf(lab.ec2.describeVpcs({ VpcIds: [VpcId] })), 'InvalidVpcID.NotFound');
    assert.equal((await lab.ec2.describeSecurityGroups({})).SecurityGroups?.length, 0);
    assert.equal((await lab.ec2.describeRouteTables({})).RouteTables?.length, 0);
  });
});

describe('an address', () => {
  it('belongs to one interface, and five are all there are', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const eni = async () =>
      given((await lab.ec2.createNetworkInterface({ SubnetId: subnetA })).NetworkInterface?.NetworkInterfaceId);
    const [one, two] = [await eni(), await eni()];
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(given((await lab.ec2.allocateAddress({})).AllocationId));
    assert.equal(await codeOf(lab.ec2.allocateAddress({})), 'AddressLimitExceeded');
    const AllocationId = ids[0];
    await lab.ec2.associateAddress({ AllocationId, NetworkInterfaceId: one });
    const fixed = { AllocationId, NetworkInterfaceId: two, AllowReassociation: false };
    assert.equal(await codeOf(lab.ec2.associateAddress(fixed)), 'Resource.AlreadyAssociated');
    await lab.ec2.associateAddress({ AllocationId, NetworkInterfaceId: two });
    const seen = await lab.ec2.describeAddresses({ Filters: [{ Name: 'network-interface-id', Values: [two] }] });
    assert.deepEqual(
      seen.Addresses?.map((address) => address.AllocationId),
      [AllocationId],
    );
    const shown = await lab.ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [two] });
    assert.equal(shown.NetworkInterfaces?.[0]?.Association?.AllocationId, AllocationId);
  });

  it('in a subnet is unique and not one of the reserved', async () => {
    const lab = labRegion();
    const { subnetA: SubnetId } = await network(lab);
    const make = (PrivateIpAddress: string) => lab.ec2.createNetworkInterface({ SubnetId, PrivateIpAddress });
    await make('10.0.0.4');
    assert.equal(await codeOf(make('10.0.0.4')), 'InvalidIPAddress.InUse');
    for (const reserved of ['10.0.0.0', '10.0.0.3', '10.0.0.255', '10.0.1.5']) {
      assert.equal(await codeOf(make(reserved)), 'InvalidParameterValue', reserved);
    }
  });
});

describe('a security group', () => {
  it('takes rules by address and by group, each once', async () => {
    const lab = labRegion();
    const { vpcId: VpcId } = await network(lab);
    const GroupId = given((await lab.ec2.createSecurityGroup({ GroupName: 'swarm', Description: 'd', VpcId })).GroupId);
    assert.equal(
      await codeOf(lab.ec2.createSecurityGroup({ GroupName: 'swarm', Description: 'd', VpcId })),
      'InvalidGroup.Duplicate',
    );
    const own = [
      { IpProtocol: 'tcp', FromPort: 2377, ToPort: 2377, UserIdGroupPairs: [{ GroupId, Description: 'raft' }] },
    ];
    const added = await lab.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: own });
    assert.equal(added.SecurityGroupRules?.[0]?.ReferencedGroupInfo?.GroupId, GroupId);
    assert.equal(
      await codeOf(lab.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: own })),
      'InvalidPermission.Duplicate',
    );
    await lab.ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpProtocol: 'udp',
      FromPort: 4789,
      ToPort: 4789,
      CidrIp: '10.0.0.0/16',
    });
    const seen = given((await lab.ec2.describeSecurityGroups({ GroupIds: [GroupId] })).SecurityGroups?.[0]);
    assert.equal(seen.IpPermissions?.length, 2);
    assert.equal(seen.IpPermissionsEgress?.[0]?.IpRanges?.[0]?.CidrIp, '0.0.0.0/0');
    await lab.ec2.revokeSecurityGroupEgress({
      GroupId,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
    await lab.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: own });
    assert.equal(
      await codeOf(lab.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: own })),
      'InvalidPermission.NotFound',
    );
    const rules = await lab.ec2.describeSecurityGroupRules({ Filters: [{ Name: 'group-id', Values: [GroupId] }] });
    assert.equal(rules.SecurityGroupRules?.length, 1);
    const other = given((await lab.ec2.createSecurityGroup({ GroupName: 'b', Description: 'd', VpcId })).GroupId);
    await lab.ec2.authorizeSecurityGroupIngress({ GroupId: other, IpPermissions: own });
    assert.equal(await codeOf(lab.ec2.deleteSecurityGroup({ GroupId })), 'DependencyViolation');
    await lab.ec2.deleteSecurityGroup({ GroupId: other });
    await lab.ec2.deleteSecurityGroup({ GroupId });
  });
});
