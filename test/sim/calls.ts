import type { Region } from '../../lab/region/region.ts';
import { TAG } from '../../lib/names.ts';

/** Does the call change anything in AWS or on a machine? */
export function isChange(name: string, input: object): boolean {
  if (name === 'SendCommand') return !String(Reflect.get(input, 'DocumentName')).endsWith('-probe');
  return !name.startsWith('Describe') && !name.startsWith('Get') && !name.startsWith('List');
}

/** For the timeline. */
export function shortened(input: object): string {
  return JSON.stringify(input, (key, value: unknown) => (key === 'UserData' ? undefined : value));
}

/** Where a launch asks for room; `undefined` when it needs none, as its token has made its machines already. */
export function zoneOfLaunch(region: Region, input: object): string | undefined {
  const { subnets, interfaces, launches } = region.inside.ec2;
  const token: unknown = Reflect.get(input, 'ClientToken');
  if (typeof token === 'string' && launches.has(token)) return undefined;
  const subnetId: unknown = Reflect.get(input, 'SubnetId');
  if (typeof subnetId === 'string') return subnets.get(subnetId)?.zone;
  const named = JSON.stringify(input);
  return interfaces.find(({ id, tags }) => tags.has(TAG.logicalId) && named.includes(id))?.zone;
}
