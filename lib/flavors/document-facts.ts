import type { DocumentKey } from '../names.ts';

interface ParameterFacts {
  readonly description: string;
  readonly allowedPattern: string;
  /** Absent: the parameter has to be given. */
  readonly default?: string;
}

export interface DocumentFacts {
  readonly description: string;
  /** By name; SSM checks the pattern before it puts the value into the script. */
  readonly parameters: Readonly<Record<string, ParameterFacts>>;
  /** The agent stops the script after so many seconds. */
  readonly executionSeconds: number;
  /** Without the agent's taking it within so many seconds, its machine counts as offline. */
  readonly deliverySeconds: number;
  /**
   * How long the controller waits for the end. Never more than the 20 s that an effect may take under one renewal of
   * the lease: what needs longer goes on by itself, and the next pass looks again.
   */
  readonly waitSeconds: number;
}

const INSTANCE = 'i-[0-9a-f]{8,17}';
const ADDRESS = '[0-9]{1,3}(\\.[0-9]{1,3}){3}';

const effect = {
  instances: {
    description: 'The instances this is meant for, comma-separated; any other refuses it',
    allowedPattern: `^${INSTANCE}(,${INSTANCE})*$`,
  },
  fence: {
    description: 'The number of the lease under which it was sent; one lower than the last seen is refused',
    allowedPattern: '^[0-9]{1,15}$',
  },
  order: {
    description: 'Names this one command: a machine that has begun with it does not begin again. None: it may',
    allowedPattern: '^([0-9a-f]{16})?$',
    default: '',
  },
};

const node = {
  description: 'Id of the Swarm node',
  allowedPattern: '^[0-9a-z]{1,64}$',
};

const expires = {
  description: 'Not to be done after this time, in seconds since the epoch',
  allowedPattern: '^[1-9][0-9]{9,14}$',
};

const FACTS: Readonly<Record<DocumentKey, DocumentFacts>> = {
  probe: {
    description: 'Reads how this machine and its engine are, and what it sees of the Swarm',
    parameters: {},
    executionSeconds: 20,
    deliverySeconds: 5,
    waitSeconds: 12,
  },
  'swarm-init': {
    description: 'Initialises the Swarm on its first manager, once',
    parameters: effect,
    executionSeconds: 180,
    deliverySeconds: 10,
    waitSeconds: 20,
  },
  'swarm-join': {
    description: 'Joins this machine to the Swarm in its role',
    parameters: {
      ...effect,
      role: { description: 'manager or worker', allowedPattern: '^(manager|worker)$' },
      managers: {
        description: 'Addresses of managers to join at, comma-separated, in this order',
        allowedPattern: `^${ADDRESS}(,${ADDRESS})*$`,
      },
    },
    executionSeconds: 180,
    deliverySeconds: 10,
    waitSeconds: 20,
  },
  'publish-tokens': {
    description: 'Writes the join tokens to Parameter Store, where the joining machines read them',
    parameters: effect,
    executionSeconds: 60,
    deliverySeconds: 5,
    waitSeconds: 15,
  },
  'rotate-tokens': {
    description: 'Replaces the join tokens by new ones, and writes those to Parameter Store',
    parameters: effect,
    executionSeconds: 120,
    deliverySeconds: 5,
    waitSeconds: 20,
  },
  'node-demote': {
    description: 'Takes a manager out of the Raft group',
    parameters: { ...effect, node },
    executionSeconds: 60,
    deliverySeconds: 5,
    waitSeconds: 15,
  },
  'node-remove': {
    description: 'Removes a node that is gone from the Swarm',
    parameters: { ...effect, node },
    executionSeconds: 60,
    deliverySeconds: 5,
    waitSeconds: 15,
  },
  'node-drain': {
    description: 'Drains a node and waits for its tasks to leave',
    parameters: {
      ...effect,
      node,
      seconds: { description: 'How long to wait for the tasks', allowedPattern: '^[0-9]{1,4}$' },
    },
    executionSeconds: 10_000 + 60,
    deliverySeconds: 5,
    waitSeconds: 20,
  },
  'node-activate': {
    description: 'Ends the drain of a node that the controller drained',
    parameters: { ...effect, node },
    executionSeconds: 60,
    deliverySeconds: 5,
    waitSeconds: 15,
  },
  'node-promote': {
    description: 'Makes a node a manager',
    parameters: { ...effect, node },
    executionSeconds: 60,
    deliverySeconds: 5,
    waitSeconds: 15,
  },
  'node-list': {
    description: 'Reads a further page of the list of nodes that a probe began',
    parameters: {
      snapshot: { description: 'Of the list, as the probe named it', allowedPattern: '^[0-9]{1,15}-[0-9]{1,10}$' },
      page: { description: 'Its number; the probe gave the first', allowedPattern: '^[0-9]{1,3}$' },
    },
    executionSeconds: 20,
    deliverySeconds: 5,
    waitSeconds: 12,
  },
  'engine-restart': {
    description: 'Restarts the Docker Engine',
    parameters: { ...effect, expires },
    executionSeconds: 150,
    deliverySeconds: 5,
    waitSeconds: 20,
  },
  'engine-stop': {
    description: "Stops a manager's Docker Engine cleanly, if the Swarm has a quorum",
    parameters: { ...effect, node, expires },
    executionSeconds: 150,
    deliverySeconds: 5,
    waitSeconds: 20,
  },
  'engine-settings': {
    description: 'Gives the Docker Engine other labels without a restart',
    parameters: {
      ...effect,
      hash: { description: 'Of the settings: the engine shows it as a label', allowedPattern: '^[0-9a-f]{12}$' },
      labels: {
        description: 'Lines key=value, each ended by a newline, in base64; no labels: a single newline, Cg==',
        allowedPattern: '^[A-Za-z0-9+/]+={0,2}$',
      },
    },
    executionSeconds: 90,
    deliverySeconds: 5,
    waitSeconds: 15,
  },
  'swarm-leave': {
    description: 'Ends the membership of a machine in a Swarm that does not know it any more',
    parameters: effect,
    executionSeconds: 300,
    deliverySeconds: 10,
    waitSeconds: 20,
  },
  'swarm-recover': {
    description: 'Makes a new Swarm of one manager from the Raft state on this machine',
    parameters: {
      ...effect,
      clusterId: { description: 'Id of the Swarm; of another nothing is touched', allowedPattern: '^[0-9a-z]{1,64}$' },
    },
    executionSeconds: 300,
    deliverySeconds: 10,
    waitSeconds: 20,
  },
};

export function documentFacts(key: DocumentKey): DocumentFacts {
  return FACTS[key];
}
