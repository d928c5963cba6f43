import type { InstanceSummary } from '../region/ec2/controls.ts';

/** Which instance is meant can't be told. */
export class InstanceReferenceError extends Error {
  readonly code = 'InstanceReference';
}

/**
 * The one live instance that is meant: by its id, its private address, or the beginning of its id, name or group.
 * @throws InstanceReferenceError when none or more than one is
 */
export function findInstance(instances: readonly InstanceSummary[], reference: string): InstanceSummary {
  const live = instances.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  const exact = live.filter(({ instanceId, privateIp }) => [instanceId, privateIp].includes(reference));
  const matching =
    exact.length > 0 ? exact : live.filter((instance) => namesOf(instance).some((name) => name.startsWith(reference)));
  const [found] = matching;
  if (found !== undefined && matching.length === 1) return found;
  const problem =
    found === undefined ? `no live instance is "${reference}"` : `"${reference}" can be any of several instances`;
  const choice = (found === undefined ? live : matching).map(
    ({ instanceId, privateIp }) => `${instanceId} (${privateIp})`,
  );
  throw new InstanceReferenceError(`${problem}; there are ${choice.join(', ') || 'none'}`);
}

function namesOf({ instanceId, tags }: InstanceSummary): string[] {
  return [instanceId, tags['Name'], tags['everswarm:group']].filter((name) => name !== undefined);
}
