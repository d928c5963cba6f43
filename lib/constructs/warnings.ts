import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { managerGroup, pets } from '../spec/groups.ts';
import { zoneOf } from '../spec/network.ts';
import type { ClusterSpec } from '../spec/spec.ts';
import type { SwarmNetwork } from './network.ts';

/** Elastic IPs that an account may have in a Region without asking for more (Amazon VPC quotas). */
const DEFAULT_ELASTIC_IPS = 5;

/** Says at synthesis what is allowed, and yet likely to hurt later. Each can be acknowledged by its id. */
export function warnAbout(scope: Construct, spec: ClusterSpec, network: SwarmNetwork): void {
  const annotations = Annotations.of(scope);
  const risk = zoneRisk(spec);
  if (risk !== undefined) annotations.addWarningV2('everswarm:quorumInOneZone', risk);

  const addresses = pets(spec).filter(({ logicalId }) => hasPublicAddress(spec, network, logicalId)).length;
  if (addresses > DEFAULT_ELASTIC_IPS) {
    annotations.addWarningV2(
      'everswarm:elasticIpQuota',
      `${addresses} logical IDs take ${addresses} Elastic IPs, and an account has ${DEFAULT_ELASTIC_IPS} in a Region unless it asked for more: the deployment fails with AddressLimitExceeded. Raise the quota "EC2-VPC Elastic IPs" first, or declare fewer.`,
    );
  }
}

function hasPublicAddress(spec: ClusterSpec, network: SwarmNetwork, logicalId: string): boolean {
  const subnet = network.subnets[zoneOf(spec.network, logicalId) ?? -1];
  return subnet !== undefined && network.isPublic(subnet);
}

/** What one lost zone would do to the quorum; `undefined`: it survives the loss of any. */
function zoneRisk(spec: ClusterSpec): string | undefined {
  const { name, group } = managerGroup(spec);
  const managers = group.allocation.kind === 'logicalIds' ? group.allocation.logicalIds : [];
  const majority = Math.floor(managers.length / 2) + 1;
  const byZone = Map.groupBy(managers, (logicalId) => zoneOf(spec.network, logicalId));
  const fatal = [...byZone.values()].filter((inZone) => managers.length - inZone.length < majority);
  if (fatal.length === 0) return undefined;
  const lists = fatal.map((inZone) => inZone.join(', ')).join('; or ');
  return `group "${name}" loses its quorum of ${majority} of ${managers.length} with one availability zone (that of ${lists}). It comes back with the zone; to outlive one, spread an odd number of at least three managers over three zones.`;
}
