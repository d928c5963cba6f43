import { info, managerStatus } from '../documents/probe.ts';
import { answers, mustAnswer, read } from '../swarm/client.ts';
import type { Engine, Participant } from '../swarm/engine.ts';
import { SwarmError } from '../swarm/errors.ts';
import type { NodeRecord, SwarmState } from '../swarm/log.ts';
import type { World } from '../swarm/world.ts';
import { format, table } from './format.ts';
import type { Command } from './shell.ts';

/** The machine's engine. @throws SwarmError when there is none that answers */
export function engineOf({ machine }: Command): Engine {
  const { engine } = machine;
  if (engine === undefined || !answers(engine)) {
    throw new SwarmError('EngineDown', 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.');
  }
  mustAnswer(engine);
  return engine;
}

export async function dockerInfo(command: Command): Promise<string> {
  const engine = engineOf(command);
  const { version, nodeId, nodeAddr, localState, controlAvailable, error, clusterId } = info(command.world, engine);
  const state = engine.voter?.leader?.disk.swarm?.raft?.head.state;
  const value = {
    Name: engine.hostname,
    ServerVersion: version,
    Labels: Object.entries(engine.labels).map(([key, text]) => `${key}=${text}`),
    ContainersRunning: engine.containers.size,
    Swarm: {
      NodeID: nodeId,
      NodeAddr: nodeAddr,
      LocalNodeState: localState,
      ControlAvailable: controlAvailable,
      Error: error,
      Nodes: state?.nodes.size ?? 0,
      Managers: state?.members.size ?? 0,
      Cluster: { ID: clusterId },
    },
  };
  return `${format(command.option('format') ?? '{{json .}}', value)}\n`;
}

export async function nodeLs(command: Command): Promise<string> {
  const engine = engineOf(command);
  const { state, leader } = await read(command.world, engine);
  const rows = [...state.nodes.values()].map((node) => row(command.world, engine, state, leader, node));
  const template = command.option('format');
  if (template !== undefined) return rows.map((one) => `${format(template, one)}\n`).join('');
  if (command.flag('quiet')) return rows.map(({ ID }) => `${ID}\n`).join('');
  return table([
    ['ID', 'HOSTNAME', 'STATUS', 'AVAILABILITY', 'MANAGER STATUS', 'ENGINE VERSION'],
    ...rows.map((one) => [
      one.Self ? `${one.ID} *` : one.ID,
      one.Hostname,
      one.Status,
      one.Availability,
      one.ManagerStatus,
      one.EngineVersion,
    ]),
  ]);
}

function row(world: World, engine: Engine, state: SwarmState, leader: Participant, node: NodeRecord) {
  const manager = managerStatus(world, state, leader, node);
  return {
    ID: node.id,
    Hostname: node.hostname,
    Status: capital(node.state),
    Availability: capital(node.availability),
    ManagerStatus: manager === null ? '' : manager.leader ? 'Leader' : capital(manager.reachability),
    EngineVersion: world.figures.engineVersion,
    Self: engine.disk.swarm?.nodeId === node.id,
    TLSStatus: 'Ready',
  };
}

/** `docker node inspect [--format …] <id>|self …` */
export async function nodeInspect(command: Command): Promise<string> {
  const engine = engineOf(command);
  const { state, leader } = await read(command.world, engine);
  const found = command.words.map((word) => {
    const node = word === 'self' ? state.nodes.get(engine.disk.swarm?.nodeId ?? '') : state.nodes.get(word);
    if (node === undefined) throw new SwarmError('NotFound', `Error: No such node: ${word}`);
    return inspection(command.world, state, leader, node);
  });
  const template = command.option('format');
  if (template === undefined) return `${JSON.stringify(found, undefined, 4)}\n`;
  return found.map((one) => `${format(template, one)}\n`).join('');
}

function inspection(world: World, state: SwarmState, leader: Participant, node: NodeRecord) {
  const manager = managerStatus(world, state, leader, node);
  return {
    ID: node.id,
    Version: { Index: node.version },
    Spec: { Labels: node.labels, Role: node.role, Availability: node.availability },
    Description: {
      Hostname: node.hostname,
      Engine: { EngineVersion: world.figures.engineVersion, Labels: node.engineLabels },
    },
    Status: { State: node.state, Message: node.message, Addr: node.address },
    ...(manager === null
      ? {}
      : { ManagerStatus: { Leader: manager.leader, Reachability: manager.reachability, Addr: manager.addr } }),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
