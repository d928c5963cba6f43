import type { Region } from '../../lab/region/region.ts';
import { documentName, TAG } from '../../lib/names.ts';

/** Everything of EC2 and Systems Manager that belongs to the cluster, by its tag or by its name, as `<kind> <id>`. Ended machines are left out. */
export function belongingTo({ inside }: Region, cluster: string): readonly string[] {
  const { ec2, ssm } = inside;
  const kinds = {
    vpc: ec2.vpcs,
    subnet: ec2.subnets,
    gateway: ec2.gateways,
    'route table': ec2.routeTables,
    'security group': ec2.groups,
    interface: ec2.interfaces,
    address: ec2.addresses,
    volume: ec2.volumes,
    snapshot: ec2.snapshots,
    'launch template': ec2.templates,
    machine: ec2.instances.filter(({ state }) => state !== 'terminated'),
  };
  const tagged = Object.entries(kinds).flatMap(([kind, things]) =>
    [...things].filter(({ tags }) => tags.get(TAG.cluster) === cluster).map(({ id }) => `${kind} ${id}`),
  );
  const named = (name: string) => name.startsWith(documentName(cluster, 'probe').replace('probe', ''));
  const documents = [...ssm.documents.keys()].filter(named).map((name) => `document ${name}`);
  const own = [`/everswarm/${cluster}/`, `/everswarm-clusters/${cluster}`];
  const parameters = [...ssm.parameters.keys()].filter((name) => own.some((path) => name.startsWith(path)));
  return [...tagged, ...documents, ...parameters.map((name) => `parameter ${name}`)].sort();
}
