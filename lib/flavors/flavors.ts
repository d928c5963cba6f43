import type { SwarmRole } from '../names.ts';
import type { ClusterSpec, FlavorName } from '../spec/spec.ts';

/** What runs on a group's machines, as far as the controller treats them differently. */
export interface Flavor {
  readonly name: FlavorName;
  /** The role in which its machines join the Swarm; `undefined`: they don't. */
  readonly swarmRole: SwarmRole | undefined;
  /** Are its machines asked how they are? Managers also tell of all the others. */
  readonly probed: boolean;
  /** Seconds from launch until a machine that says nothing is overdue, by whether Docker is installed at boot. */
  readonly readySeconds: { readonly preinstalled: number; readonly install: number };
}

const READY = { preinstalled: 180, install: 300 };

const FLAVORS_BY_NAME: Readonly<Record<FlavorName, Flavor>> = {
  'swarm-manager': { name: 'swarm-manager', swarmRole: 'manager', probed: true, readySeconds: READY },
  'swarm-worker': { name: 'swarm-worker', swarmRole: 'worker', probed: true, readySeconds: READY },
  vanilla: { name: 'vanilla', swarmRole: undefined, probed: true, readySeconds: READY },
};

export function flavor(name: FlavorName): Flavor {
  return FLAVORS_BY_NAME[name];
}

/** The flavor of a group; `undefined` when the spec no longer has the group. */
export function flavorOfGroup(spec: ClusterSpec, group: string): Flavor | undefined {
  const found = Object.hasOwn(spec.groups, group) ? spec.groups[group] : undefined;
  return found === undefined ? undefined : flavor(found.flavor);
}
