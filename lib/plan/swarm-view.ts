import type { MachineProbe, SwarmNode } from '../observe/observation.ts';
import { instanceIdOf, renamedNodes } from './node-owner.ts';
import { compareText, type PlanInput } from './world.ts';

/** A manager whose own engine takes part in the Swarm. */
interface Witness {
  readonly instanceId: string;
  readonly nodeId: string;
  readonly address: string;
  readonly clusterId: string;
  readonly nodes: readonly SwarmNode[];
  /** Those of the nodes that are in the Raft group, by id. */
  readonly voters: readonly SwarmNode[];
  /** False: only the first of a list that was too long, with all managers among them. */
  readonly complete: boolean;
}

export type SwarmView =
  /** Nobody was asked in this pass. */
  | { readonly kind: 'notAsked' }
  /** Every answer there is says: no Swarm here. Says nothing of machines that did not answer. */
  | { readonly kind: 'none' }
  /** Two cluster ids: machines of different Swarms carry our tag. Nothing is done. */
  | { readonly kind: 'split'; readonly clusterIds: readonly string[] }
  /** There is a Swarm, but no majority of its voters stands behind one leader, as far as we know. */
  | { readonly kind: 'noQuorum'; readonly clusterId: string; readonly reason: string }
  | WholeView;

export interface WholeView {
  readonly kind: 'quorum';
  readonly clusterId: string;
  readonly nodes: readonly SwarmNode[];
  /** By node id: the machines of ours whose hostname is not their instance id any more. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly leader: SwarmNode;
  /** Members of the Raft group, phantom ones included (counted from Raft, not from EC2 or the spec). */
  readonly voters: readonly SwarmNode[];
  /** Instance of a manager to give commands to: the leader's own, else another witness. */
  readonly via: string;
  /** Managers that answer and agree on the leader, the leader's own first. */
  readonly witnesses: readonly { readonly instanceId: string; readonly nodeId: string }[];
  /** Healthy managers' addresses to join at, the leader's first. */
  readonly joinAddresses: readonly string[];
}

/** Puts the managers' own answers together. A single old view is no proof of a quorum: a stale leader answers reads for 17 s. */
export function swarmView(input: PlanInput): SwarmView {
  const { probes } = input.observation;
  if (probes === undefined) return { kind: 'notAsked' };
  const answers = [...probes.values()].flatMap((outcome) => (outcome.kind === 'answered' ? [outcome.probe] : []));
  answers.sort((a, b) => compareText(a.instanceId, b.instanceId));

  const clusterIds = [...new Set(answers.flatMap(clusterIdOf))].sort(compareText);
  const [clusterId, ...others] = clusterIds;
  if (clusterId === undefined) return { kind: 'none' };
  if (others.length > 0) return { kind: 'split', clusterIds };

  const witnesses = answers.flatMap(witnessOf);
  if (witnesses.length === 0) return { kind: 'noQuorum', clusterId, reason: 'no manager could list the nodes' };

  let best: (Election & { readonly newest: number }) | undefined;
  let shortfall = 'no manager sees a leader';
  for (const witness of witnesses) {
    const { voters } = witness;
    const leader = leaderOf(witness);
    if (leader === undefined) continue;
    const agreeing = witnesses.filter((other) => isVoter(voters, other) && leaderOf(other)?.id === leader.id);
    if (agreeing.length * 2 <= voters.length) {
      shortfall = `only ${agreeing.length} of ${voters.length} voters answer and agree on one leader`;
      continue;
    }
    if (!witness.complete) {
      if (best === undefined) shortfall = 'the list of nodes could not be read whole';
      continue;
    }
    const newest = witness.nodes.reduce((most, node) => Math.max(most, node.version), 0);
    if (best !== undefined && best.newest >= newest) continue;
    best = { newest, witness, leader, agreeing };
  }
  if (best === undefined) return { kind: 'noQuorum', clusterId, reason: shortfall };
  return viewOf(best, renamedNodes(input, answers, best.witness.nodes));
}

/** Was none ever seen, and does no disk that was looked at hold its state? Of machines that do not answer it says nothing. */
export function isBeforeTheSwarm({ records, observation }: PlanInput): boolean {
  if (records.genesis?.clusterId !== undefined) return false;
  const outcomes = [...(observation.probes?.values() ?? [])];
  return !outcomes.some((outcome) => outcome.kind === 'answered' && outcome.probe.raftState === 'present');
}

/** What each manager lists of the nodes, quorum or not, as far as it names a leader. For what it can't be proof of, it is a warning. */
export function testimonies(input: PlanInput): readonly (readonly SwarmNode[])[] {
  return [...(input.observation.probes ?? [])]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, outcome]) => (outcome.kind === 'answered' ? witnessOf(outcome.probe) : []))
    .map(({ nodes }) => nodes)
    .filter((nodes) => nodes.some((node) => node.raft?.leader === true));
}

const byInstance = new WeakMap<WholeView, ReadonlyMap<string, readonly SwarmNode[]>>();

/** The nodes of each of our machines: two, for a while, where one joined anew. */
export function nodesByInstance(view: WholeView): ReadonlyMap<string, readonly SwarmNode[]> {
  const known = byInstance.get(view);
  if (known !== undefined) return known;
  const nodes = new Map<string, SwarmNode[]>();
  for (const node of view.nodes) {
    const id = view.renamed.get(node.id) ?? instanceIdOf(node);
    if (id === undefined) continue;
    const others = nodes.get(id);
    if (others === undefined) nodes.set(id, [node]);
    else others.push(node);
  }
  byInstance.set(view, nodes);
  return nodes;
}

/** Whose list is believed, and who stands behind its leader. */
interface Election {
  readonly witness: Witness;
  readonly leader: SwarmNode;
  readonly agreeing: readonly Witness[];
}

function viewOf({ witness, leader, agreeing }: Election, renamed: WholeView['renamed']): WholeView {
  const { voters } = witness;
  const onLeader = agreeing.find((other) => other.nodeId === leader.id);
  const healthy = agreeing.filter((other) => {
    const node = voters.find((voter) => voter.id === other.nodeId);
    return node !== undefined && isHealthyVoter(node);
  });
  const ordered = [...healthy].sort((a, b) => Number(b.nodeId === leader.id) - Number(a.nodeId === leader.id));
  return {
    kind: 'quorum',
    clusterId: witness.clusterId,
    nodes: [...withTasks(witness, onLeader)].sort((a, b) => compareText(a.id, b.id)),
    renamed,
    leader,
    voters,
    via: (onLeader ?? witness).instanceId,
    witnesses: ordered.map(({ instanceId, nodeId }) => ({ instanceId, nodeId })),
    joinAddresses: ordered.map((other) => other.address),
  };
}

/** Only the leader counts tasks, and its list need not be the one that is believed. */
function withTasks(witness: Witness, leader: Witness | undefined): readonly SwarmNode[] {
  if (leader === undefined || leader === witness) return witness.nodes;
  const counted = new Map(leader.nodes.map(({ id, tasks }) => [id, tasks]));
  return witness.nodes.map((node) => ({ ...node, tasks: node.tasks ?? counted.get(node.id) }));
}

function isVoter(voters: readonly SwarmNode[], witness: Witness): boolean {
  return voters.some((voter) => voter.id === witness.nodeId);
}

function leaderOf({ voters }: Witness): SwarmNode | undefined {
  return voters.find((node) => node.raft?.leader === true);
}

/** An engine that is in no Swarm has no cluster id; one in `error` may still name its own. */
function clusterIdOf(probe: MachineProbe): string[] {
  if (probe.engine.state !== 'up' || probe.engine.clusterId === undefined) return [];
  return [probe.engine.clusterId];
}

function witnessOf(probe: MachineProbe): Witness[] {
  const { engine, nodes } = probe;
  if (engine.state !== 'up' || engine.localState !== 'active' || !engine.controlAvailable) return [];
  const { nodeId, nodeAddress, clusterId } = engine;
  if (nodeId === undefined || nodeAddress === undefined || clusterId === undefined || nodes === undefined) return [];
  const complete = probe.nodesComplete;
  const voters = nodes.filter((node) => node.raft !== undefined).sort((a, b) => compareText(a.id, b.id));
  return [{ instanceId: probe.instanceId, nodeId, address: nodeAddress, clusterId, nodes, voters, complete }];
}

/** Is this node a voter that works, by the majority's view? */
export function isHealthyVoter(node: SwarmNode): boolean {
  return node.state === 'ready' && node.raft?.reachability === 'reachable';
}

/**
 * A new leader calls every node unknown until it hears of it, and down after some 42 s of silence (measured): until then the list says nothing of the machine.
 */
export function isUnheard(node: SwarmNode): boolean {
  return node.state === 'unknown';
}

/** May tasks run there that a drain would move? */
export function mayRunTasks(node: SwarmNode): boolean {
  return node.state === 'ready' || isUnheard(node);
}
