import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { subnetBlocks } from '../spec/network.ts';
import type { NetworkSpec } from '../spec/spec.ts';

/** The VPC that was given has no subnets, as far as the CDK knows. */
export class NoSubnetsError extends Error {
  readonly code = 'NoSubnets';
  constructor(vpcId: string) {
    super(
      `the VPC ${vpcId} was given without any subnet; look it up with Vpc.fromLookup, or name the subnets in vpcSubnets: { subnets: [Subnet.fromSubnetAttributes(…)] } with their ipv4CidrBlock and availabilityZone.`,
    );
    this.name = 'NoSubnetsError';
  }
}

/** The VPC that was given lacks a subnet that the spec declares. */
export class SubnetMismatchError extends Error {
  readonly code = 'SubnetMismatch';
  constructor(missing: readonly string[], there: readonly string[]) {
    super(
      `the spec declares subnets that the VPC doesn't have: ${missing.join(', ')}; it has ${there.join(', ')}. Make network.cidr, zones and subnetMask of the spec name subnets that are there, each in a zone of its own.`,
    );
    this.name = 'SubnetMismatchError';
  }
}

/**
 * The VPC that `Vpc.fromLookup` makes up as long as the real one was not looked up, which happens only if the synthesis ends well:
 * nothing can be said of it yet (aws-cdk-lib, aws-ec2/lib/vpc.ts, `DUMMY_VPC_PROPS`).
 */
const NOT_LOOKED_UP_YET = 'vpc-12345';

/**
 * The subnets of an existing VPC that the spec declares: logical IDs are addresses, so a subnet is known by its block.
 *
 * @returns one for each zone of the spec, in their order
 * @throws NoSubnetsError, SubnetMismatchError
 */
export function declaredSubnets(
  network: NetworkSpec,
  vpc: ec2.IVpc,
  selection: ec2.SubnetSelection | undefined,
): readonly ec2.ISubnet[] {
  const candidates = selection === undefined ? subnetsOf(vpc) : vpc.selectSubnets(selection).subnets;
  const [first] = candidates;
  if (first === undefined) throw new NoSubnetsError(vpc.vpcId);
  const byBlock = new Map(candidates.map((subnet) => [blockOf(subnet), subnet]));
  const wanted = subnetBlocks(network);
  const missing = wanted.filter((block) => !byBlock.has(block));
  if (missing.length > 0 && vpc.vpcId !== NOT_LOOKED_UP_YET) {
    throw new SubnetMismatchError(
      missing,
      candidates.map((subnet) => blockOf(subnet) ?? 'one whose block is not known at synthesis'),
    );
  }
  return wanted.map((block) => byBlock.get(block) ?? first);
}

/** Has it a way in from the internet, and so needs and takes public addresses? */
export function isPublic(vpc: ec2.IVpc, subnet: ec2.ISubnet): boolean {
  return vpc.publicSubnets.some(({ subnetId }) => subnetId === subnet.subnetId);
}

function subnetsOf(vpc: ec2.IVpc): ec2.ISubnet[] {
  return [...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets];
}

/** `undefined`: not known at synthesis. An imported subnet whose block was not given throws when asked for it. */
function blockOf(subnet: ec2.ISubnet): string | undefined {
  try {
    return Token.isUnresolved(subnet.ipv4CidrBlock) ? undefined : subnet.ipv4CidrBlock;
  } catch {
    return undefined;
  }
}
