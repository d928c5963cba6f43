import type { AwsClients } from '../aws/clients.ts';
import { type ClusterEntry, listClusters, readCluster } from '../aws/cluster-directory.ts';
import { suggest } from '../spec/suggest.ts';
import { OperateError } from './errors.ts';

/**
 * The cluster of that name, or the only one there is. With a name, one call for one parameter; which others there are is asked
 * only when it is not found.
 * @throws OperateError `NoCluster`, `WhichCluster`; AWS's errors
 */
export async function locateCluster(ssm: AwsClients['ssm'], name: string | undefined): Promise<ClusterEntry> {
  if (name !== undefined) {
    const entry = await readCluster(ssm, name);
    if (entry !== undefined) return entry;
  }
  const all = await listClusters(ssm);
  const [only, ...others] = all;
  if (name === undefined && only !== undefined && others.length === 0) return only;
  const names = all.map(({ cluster }) => cluster);
  if (only === undefined) {
    const found = name === undefined ? 'there is no cluster' : `there is no cluster "${name}", nor any other,`;
    throw new OperateError('NoCluster', `${found} in this account and Region`, ELSEWHERE);
  }
  if (name === undefined) {
    const found = `there are ${all.length} clusters in this account and Region: ${names.join(', ')}`;
    throw new OperateError('WhichCluster', found, 'Name one with --cluster, or in EVERSWARM_CLUSTER.');
  }
  const meant = suggest(name, names);
  const found = `there is no cluster "${name}" in this account and Region; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  throw new OperateError('NoCluster', found, meant === undefined ? ELSEWHERE : `Did you mean --cluster ${meant}?`);
}

const ELSEWHERE =
  'See that AWS_PROFILE and AWS_REGION are those of the cluster. A stack of an earlier version is deployed once more to be found.';
