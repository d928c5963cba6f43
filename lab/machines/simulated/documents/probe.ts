import { gzipSync } from 'node:zlib';
import { LOGICAL_ID_LABEL } from '../../../../lib/names.ts';
import { answers, read } from '../swarm/client.ts';
import type { Engine, Participant } from '../swarm/engine.ts';
import { SwarmError } from '../swarm/errors.ts';
import { renewCertificate } from '../swarm/lifecycle.ts';
import type { NodeRecord, SwarmState } from '../swarm/log.ts';
import type { World } from '../swarm/world.ts';
import type { Outcome, Script } from './document.ts';

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
    `certificate ${ends === undefined ? 'none' : seconds(ends)}`,
  ];
  if (engine === undefined || !answers(engine)) lines.push('engine down', 'nodes not-a-manager');
  else lines.push('engine up', `info ${JSON.stringify(info(world, engine))}`, ...(await nodes(world, engine)));
  lines.push('end');
  return { exitCode: 0, stdout: `${lines.join('\n')}\n`, stderr: '' };
}

function freeBytes(sizeGiB: number): number {
  return Math.floor(sizeGiB * 2 ** 30 * 0.85);
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

async function nodes(world: World, engine: Engine): Promise<string[]> {
  if (engine.voter === undefined) return ['nodes not-a-manager'];
  try {
    const { state, leader } = await read(world, engine, LIST_TIMEOUT);
    const seen = listNodes(world, state, leader);
    return [...nodeLines(seen.map((node) => JSON.stringify(node))), `nodes ok ${seen.length}`];
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    return [`nodes failed ${error.message}`];
  }
}

/** Systems Manager keeps 24,000 characters of output: a long list goes out compressed, as the script does it. */
function nodeLines(seen: readonly string[]): string[] {
  const text = seen.map((line) => `${line}\n`).join('');
  if (text.length < LONG_LIST) return seen.map((line) => `node ${line}`);
  return [`nodes-gzip ${gzipSync(text, { level: 9 }).toString('base64')}`];
}

const LONG_LIST = 18_000;

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
    manager: managerStatus(world, state, leader, node),
  }));
}

export function managerStatus(world: World, state: SwarmState, leader: Participant, node: NodeRecord) {
  const member = [...state.members.values()].find(({ nodeId }) => nodeId === node.id);
  if (member === undefined) return null;
  const from = leader.voter.tenure?.unreachableFrom.get(member.raftId);
  return {
    reachability: from !== undefined && from <= world.clock.now() ? 'unreachable' : 'reachable',
    leader: member.raftId === leader.raft.raftId,
    addr: `${member.address}:2377`,
  };
}
