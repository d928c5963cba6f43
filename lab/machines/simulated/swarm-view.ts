import type { Machine } from './machine.ts';
import { answers, write } from './swarm/client.ts';
import type { Engine } from './swarm/engine.ts';
import { SwarmError } from './swarm/errors.ts';
import type { LogEntry, NodeRecord, ServiceRecord, SwarmState, TaskRecord } from './swarm/log.ts';
import { changeNode, past, put } from './swarm/log.ts';
import { forceNewCluster, setAvailability } from './swarm/membership.ts';
import { leaders } from './swarm/raft.ts';
import type { Acknowledged, World } from './swarm/world.ts';

/** The simulated Swarm as an all-seeing onlooker knows it, and what its users do with it. */
export interface SwarmView {
  /** Instance ids of leaders with a majority behind them: none, one, or more after a split by force. */
  leaders(): string[];
  /** State as the (first) leader has it; `undefined` without one. */
  state(): SwarmState | undefined;
  nodes(): NodeRecord[];
  services(): ServiceRecord[];
  tasks(): TaskRecord[];
  /** Writes that a client was told are done, and that no leader's log has any more. */
  lostWrites(): Acknowledged[];
  /** `docker info`, in short. */
  engine(instanceId: string): Pick<Engine, 'local' | 'error' | 'process'> & {
    readonly answers: boolean;
    readonly nodeId: string | undefined;
    readonly containers: number;
  };
  /** Each goes through the named manager. @throws SwarmError, as `docker` would fail */
  createService(via: string, service: { name: string; replicas: number; grace?: number }): Promise<LogEntry>;
  scaleService(via: string, name: string, replicas: number): Promise<LogEntry>;
  removeService(via: string, name: string): Promise<LogEntry>;
  createSecret(via: string, name: string): Promise<LogEntry>;
  createConfig(via: string, name: string): Promise<LogEntry>;
  labelNode(via: string, nodeId: string, key: string, value: string): Promise<LogEntry>;
  setAvailability(via: string, nodeId: string, availability: NodeRecord['availability']): Promise<void>;
  /** With a key, engines ask for it from their next start on. */
  setAutolock(via: string, key: string | undefined): Promise<LogEntry>;
  forceNewCluster(via: string): Promise<void>;
}

export function createSwarmView(world: World, machine: (instanceId: string) => Machine): SwarmView {
  const engine = (instanceId: string): Engine => {
    const one = machine(instanceId).engine;
    if (one === undefined) throw new SwarmError('EngineDown', `machine ${instanceId} has no engine`);
    return one;
  };
  const state = () => leaders(world)[0]?.raft.head.state;
  const all = <T>(pick: (from: SwarmState) => ReadonlyMap<string, T>): T[] => {
    const now = state();
    return now === undefined ? [] : [...pick(now).values()];
  };
  const change = (via: string, what: string, to: (before: SwarmState) => SwarmState) =>
    write(world, engine(via), what, to);
  const changeService = (via: string, name: string, to: (service: ServiceRecord, before: SwarmState) => SwarmState) =>
    change(via, `service ${name}`, (before) => {
      const service = [...before.services.values()].find((one) => one.name === name);
      if (service === undefined) throw new SwarmError('NotFound', `service ${name} not found`);
      return to(service, before);
    });
  const create = (via: string, kind: 'secrets' | 'configs', name: string) =>
    change(via, `${kind} ${name}`, (before) => {
      mustBeNew(before[kind], name);
      const id = world.newId();
      return { ...before, [kind]: put(before[kind], id, { id, name }) };
    });

  return {
    leaders: () => leaders(world).map((one) => one.engine.instanceId),
    state,
    nodes: () => all((from) => from.nodes),
    services: () => all((from) => from.services),
    tasks: () => all((from) => from.tasks),
    lostWrites() {
      const now = leaders(world).map(({ raft }) => ({ clusterId: raft.head.state.clusterId, kept: past(raft.head) }));
      return world.acknowledged.filter(({ entry }) => {
        const own = now.filter(({ clusterId }) => clusterId === entry.clusterId);
        return own.length > 0 && own.every(({ kept }) => !kept.has(entry));
      });
    },
    engine(instanceId) {
      const one = engine(instanceId);
      const { local, error, process } = one;
      return {
        local,
        error,
        process,
        answers: answers(one),
        nodeId: one.disk.swarm?.nodeId,
        containers: one.containers.size,
      };
    },
    createService: (via, { name, replicas, grace }) =>
      change(via, `service ${name}`, (before) => {
        mustBeNew(before.services, name);
        const id = world.newId();
        return { ...before, services: put(before.services, id, { id, name, replicas, grace }) };
      }),
    scaleService: (via, name, replicas) =>
      changeService(via, name, (service, before) => ({
        ...before,
        services: put(before.services, service.id, { ...service, replicas }),
      })),
    removeService: (via, name) =>
      changeService(via, name, ({ id }, before) => {
        const services = new Map(before.services);
        services.delete(id);
        return { ...before, services };
      }),
    createSecret: (via, name) => create(via, 'secrets', name),
    createConfig: (via, name) => create(via, 'configs', name),
    labelNode: (via, nodeId, key, value) =>
      change(via, `label ${nodeId} ${key}`, (before) => {
        const node = before.nodes.get(nodeId);
        if (node === undefined) throw new SwarmError('NotFound', `node ${nodeId} not found`);
        return changeNode(before, nodeId, { labels: { ...node.labels, [key]: value } });
      }),
    setAvailability: (via, nodeId, availability) => setAvailability(world, engine(via), nodeId, availability),
    setAutolock: (via, key) => change(via, 'autolock', (before) => ({ ...before, lockKey: key })),
    forceNewCluster: (via) => forceNewCluster(world, engine(via)),
  };
}

function mustBeNew(all: ReadonlyMap<string, { readonly name: string }>, name: string): void {
  for (const one of all.values()) {
    if (one.name === name) throw new SwarmError('Refused', `the name ${name} is taken`);
  }
}
