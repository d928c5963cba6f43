import { DRAINED_LABEL, LOGICAL_ID_LABEL, SETTINGS_LABEL } from '../../../../lib/names.ts';
import type { Disk } from '../disk.ts';
import type { Machine } from '../machine.ts';
import { answers, read } from '../swarm/client.ts';
import type { Engine, Participant } from '../swarm/engine.ts';
import { SwarmError } from '../swarm/errors.ts';
import { renewCertificate } from '../swarm/lifecycle.ts';
import type { NodeRecord, SwarmState } from '../swarm/log.ts';
import { memberOf } from '../swarm/membership.ts';
import type { World } from '../swarm/world.ts';
import type { Outcome, Script } from './document.ts';
import { listLines } from './node-list.ts';

/** The machine's report on itself, in the format of `templates/README.md`. Never fails for what it finds. */
export async function probe({ world, machine }: Script): Promise<Outcome> {
  const { engine } = machine;
  await world.clock.sleep(world.draw([150, 300]));
  if (engine !== undefined) renewCertificate(world, engine);
  const disk = engine?.disk;
  const ends = disk?.swarm?.certificateEnds;
  const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
  const lines = [
    'everswarm-probe 1',
    `instance ${machine.order.instanceId}`,
    `boot-id ${machine.bootId}`,
    `uptime ${seconds(world.clock.now() - machine.poweredAt)}`,
    `clock ${seconds(world.clock.now() + machine.clockSkew)}`,
    `boot ${machine.boot.state}${machine.boot.state === 'failed' ? ` ${machine.boot.reason}` : ''}`,
    `free ${freeBytes(disk?.sizeGiB ?? machine.root.sizeGiB)}`,
    `mounted ${machine.mounted ? 'yes' : 'no'}`,
    `raft ${disk?.swarm?.raft === undefined || disk.damage === 'raft-deleted' ? 'none' : 'present'}`,
    `raft-age ${raftAge(disk, machine.clockSkew)}`,
    `certificate ${ends === undefined ? 'none' : seconds(ends)}`,
  ];
  if (engine === undefined || !answers(engine)) lines.push('engine down', 'nodes not-a-manager');
  else lines.push('engine up', `info ${JSON.stringify(info(world, engine))}`, ...(await nodes(world, machine, engine)));
  lines.push('end');
  return { exitCode: 0, stdout: `${lines.join('\n')}\n`, stderr: '' };
}

function freeBytes(sizeGiB: number): number {
  return Math.floor(sizeGiB * 2 ** 30 * 0.85);
}

/**
 * Files are named by the entry that they begin with: a new one comes with each snapshot, every 10,000 entries (swarmkit's
 * `SnapshotInterval`), so it is their time that tells which of two disks is newer.
 */
function raftAge(disk: Disk | undefined, clockSkew: number): string {
  const raft = disk?.swarm?.raft;
  if (raft === undefined || disk?.damage === 'raft-deleted') return 'none';
  const first = Math.floor(raft.head.index / 10_000) * 10_000;
  return `${first} ${Math.floor((raft.changedAt + clockSkew) / 1000)}`;
}

/** The `Swarm` part of `docker info`. */
export function info(world: World, engine: Engine) {
  const { swarm } = engine.disk;
  const known = swarm !== undefined && engine.local !== 'inactive' && engine.local !== 'locked';
  return {
    version: world.figures.engineVersion,
    nodeId: known ? swarm.nodeId : '',
    nodeAddr: known ? engine.address : '',
    localState: engine.local,
    controlAvailable: engine.voter !== undefined && engine.local === 'active',
    error: engine.error ?? (isLeaderless(engine) ? NO_LEADER : ''),
    clusterId: known && engine.voter !== undefined ? swarm.clusterId : '',
  };
}

const NO_LEADER =
  "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";

function isLeaderless(engine: Engine): boolean {
  return engine.voter !== undefined && engine.voter.leader === undefined;
}

/** The script's own `timeout`. */
const LIST_TIMEOUT = 6000;

async function nodes(world: World, machine: Machine, engine: Engine): Promise<string[]> {
  if (engine.voter === undefined) return ['nodes not-a-manager'];
  try {
    const { state, leader } = await read(world, engine, LIST_TIMEOUT);
    const seen = listNodes(world, state, leader);
    const sorted = [
      ...seen.filter(({ manager }) => manager !== null),
      ...seen.filter(({ manager }) => manager === null),
    ];
    const lines = sorted.map((node) => JSON.stringify(node));
    const counted = leader.engine === engine && seen.length <= MOST_COUNTED ? [`tasks ${tasks(state)}`] : [];
    return [...counted, ...listLines(machine, lines, world.clock.now())];
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    return [`nodes failed ${error.message}`];
  }
}

/** With more nodes than this their tasks are not counted. */
const MOST_COUNTED = 100;

/** Tasks that are to run, by node. */
function tasks(state: SwarmState): string {
  const counts: Record<string, number> = {};
  for (const { nodeId, state: is } of state.tasks.values()) {
    if (is !== 'stopping') counts[nodeId] = (counts[nodeId] ?? 0) + 1;
  }
  return JSON.stringify(counts);
}

/** The nodes as `docker node inspect` shows them, as far as the probe prints them. */
export function listNodes(world: World, state: SwarmState, leader: Participant) {
  return [...state.nodes.values()].map((node) => ({
    id: node.id,
    version: node.version,
    hostname: node.hostname,
    role: node.role,
    availability: node.availability,
    state: node.state,
    addr: node.address,
    logicalId: node.engineLabels[LOGICAL_ID_LABEL] ?? '',
    settings: node.engineLabels[SETTINGS_LABEL] ?? '',
    drained: node.labels[DRAINED_LABEL] ?? '',
    manager: managerStatus(world, state, leader, node),
  }));
}

export function managerStatus(world: World, state: SwarmState, leader: Participant, node: NodeRecord) {
  const member = memberOf(state, node.id);
  if (member === undefined) return null;
  const from = leader.voter.tenure?.unreachableFrom.get(member.raftId);
  return {
    reachability: from !== undefined && from <= world.clock.now() ? 'unreachable' : 'reachable',
    leader: member.raftId === leader.raft.raftId,
    addr: `${member.address}:2377`,
  };
}
