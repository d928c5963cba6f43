import {
  createTenure,
  type Engine,
  endTenure,
  type Participant,
  participant,
  stopVoting,
  type Voter,
} from './engine.ts';
import { after, changeNode, isAhead, type LogEntry, type Member, majority, type SwarmState } from './log.ts';
import { engineAt, inTouch, type World } from './world.ts';

export function participants(world: World): Participant[] {
  const all: Participant[] = [];
  for (const engine of world.engines.inOrder(world.voting)) {
    const one = participant(engine);
    if (one !== undefined) all.push(one);
  }
  return all;
}

/**
 * The process that answers for a member: at the member's address, with the member's Raft id, in touch.
 * A copy of its disk at another address does not, and neither does a fresh member at the same address.
 */
export function serving(world: World, from: Engine, member: Member): Participant | undefined {
  const engine = engineAt(world, member.address);
  const one = engine && participant(engine);
  if (one === undefined || one.raft.raftId !== member.raftId) return undefined;
  return inTouch(world, from, one.engine) ? one : undefined;
}

/** The members that follow this leader, itself included. */
export function following(world: World, leader: Participant): Participant[] {
  const all: Participant[] = [];
  for (const member of leader.raft.head.state.members.values()) {
    const one = serving(world, leader.engine, member);
    if (one === undefined) continue;
    if (one.engine === leader.engine || mayFollow(one, leader)) all.push(one);
  }
  return all;
}

function mayFollow(one: Participant, leader: Participant): boolean {
  if (one.voter.role === 'leader' || one.raft.term > leader.raft.term) return false;
  return !one.raft.head.state.removed.has(leader.raft.raftId);
}

export function hasQuorum(world: World, leader: Participant): boolean {
  return following(world, leader).length >= majority(leader.raft.head.state);
}

/** All leaders with a quorum behind them: one a swarm, unless it was split by force. */
export function leaders(world: World): Participant[] {
  return participants(world).filter((one) => one.voter.role === 'leader' && hasQuorum(world, one));
}

/** The leader that this engine follows (or is), if it still leads. */
export function leaderOf(engine: Engine): Participant | undefined {
  const known = engine.voter?.leader;
  const leader = known && participant(known);
  return leader?.voter.role === 'leader' ? leader : undefined;
}

/**
 * Appends and replicates at once; the write is then committed.
 * The caller makes sure of the quorum, and settles afterwards.
 */
export function append(
  world: World,
  leader: Participant,
  what: string,
  change: (state: SwarmState) => SwarmState,
): LogEntry {
  const previous = leader.raft.head;
  leader.raft.head = after(previous, leader.raft.term, what, change(previous.state));
  leader.raft.changedAt = world.clock.now();
  replicate(world, leader);
  return leader.raft.head;
}

function replicate(world: World, leader: Participant): void {
  const progress = leader.voter.tenure?.progress;
  for (const { engine, raft } of following(world, leader)) {
    if (engine.process !== 'up') continue;
    if (raft.head.index < (progress?.get(raft.raftId) ?? 0) && diesOfStaleLog(world)) {
      engine.process = 'crash-loop';
      engine.error = 'tocommit is out of range';
      stopVoting(world, engine);
      world.settle();
      continue;
    }
    if (raft.head !== leader.raft.head) raft.changedAt = world.clock.now();
    raft.head = leader.raft.head;
    raft.term = leader.raft.term;
    progress?.set(raft.raftId, raft.head.index);
    if (engine.disk.swarm !== undefined) engine.disk.swarm.lockKey = raft.head.state.lockKey;
  }
}

/** 26.1.5 takes the newer log over without a word; 20.10 panics as long as the leader remembers more of it. */
function diesOfStaleLog(world: World): boolean {
  return world.figures.engineVersion === '20.10.24';
}

/** Brings leadership in line with who is there: the core of what each change means. */
export function settleRaft(world: World): void {
  for (const one of participants(world)) if (one.voter.role === 'leader') yieldToNewer(world, one);
  for (const one of participants(world)) if (one.voter.role === 'leader') settleLeader(world, one);
  for (const one of participants(world)) if (one.voter.role === 'follower') settleFollower(world, one);
  for (const one of participants(world)) settleCandidate(world, one);
}

function yieldToNewer(world: World, old: Participant): void {
  const newer = participants(world).some(
    (one) =>
      one.voter.role === 'leader' &&
      one.raft.term > old.raft.term &&
      one.raft.head.state.members.has(old.raft.raftId) &&
      !old.raft.head.state.removed.has(one.raft.raftId) &&
      inTouch(world, one.engine, old.engine),
  );
  if (newer) stepDown(world, old.voter);
}

function stepDown(world: World, voter: Voter): void {
  endTenure(voter);
  voter.role = 'follower';
  voter.leader = undefined;
  voter.leaderless = { since: world.clock.now(), how: 'lost' };
}

function settleLeader(world: World, leader: Participant): void {
  const { voter } = leader;
  voter.tenure ??= createTenure();
  const { tenure } = voter;
  const followers = following(world, leader);
  const quorum = followers.length >= majority(leader.raft.head.state);
  for (const one of followers) {
    one.voter.leader = leader.engine;
    one.engine.apiOpen ||= quorum;
  }
  noteReachability(world, leader);
  if (quorum) {
    tenure.quorumLostAt = undefined;
    tenure.stepDown?.cancel();
    tenure.stepDown = undefined;
    replicate(world, leader);
  } else if (tenure.quorumLostAt === undefined) {
    tenure.quorumLostAt = world.clock.now();
    tenure.stepDown = world.timers.after(world.figures.staleReads, () => {
      stepDown(world, voter);
      world.settle();
    });
  }
}

/** Shown is whether the address answers, whoever it is that answers there. */
function noteReachability(world: World, leader: Participant): void {
  const shown = leader.voter.tenure?.unreachableFrom;
  for (const { raftId, address } of leader.raft.head.state.members.values()) {
    const there = engineAt(world, address);
    if (there?.voter !== undefined && inTouch(world, leader.engine, there)) shown?.delete(raftId);
    else if (!shown?.has(raftId)) shown?.set(raftId, world.clock.now() + world.draw(world.figures.unreachable));
  }
}

function settleFollower(world: World, { engine, voter, raft }: Participant): void {
  const leader = leaderOf(engine);
  const follows =
    leader?.raft.head.state.members.has(raft.raftId) && following(world, leader).some((one) => one.engine === engine);
  if (follows || voter.leader === undefined) return;
  voter.leader = undefined;
  voter.leaderless = { since: world.clock.now(), how: 'lost' };
}

function settleCandidate(world: World, one: Participant): void {
  const { voter } = one;
  if (votesFor(world, one) < majority(one.raft.head.state)) {
    voter.election?.cancel();
    voter.election = undefined;
    return;
  }
  voter.election ??= world.timers.after(timeToElection(world, one), () => {
    voter.election = undefined;
    if (votesFor(world, one) >= majority(one.raft.head.state)) becomeLeader(world, one);
    world.settle();
  });
}

function votesFor(world: World, candidate: Participant): number {
  if (candidate.voter.role === 'leader' || candidate.voter.leader !== undefined) return 0;
  return voters(world, candidate).length;
}

function voters(world: World, candidate: Participant): Participant[] {
  const { members } = candidate.raft.head.state;
  const self = members.get(candidate.raft.raftId);
  // Answers to a candidate go to the member's address: one that moved never gets a vote, not even its own peers'.
  if (self === undefined || serving(world, candidate.engine, self)?.engine !== candidate.engine) return [];
  const all: Participant[] = [];
  for (const member of members.values()) {
    const one = serving(world, candidate.engine, member);
    if (one === undefined || one.voter.role === 'leader' || one.voter.leader !== undefined) continue;
    if (one.engine === candidate.engine || !isAhead(one.raft.head, candidate.raft.head)) all.push(one);
  }
  return all;
}

function timeToElection(world: World, candidate: Participant): number {
  const { figures } = world;
  // A group of one elects itself.
  if (candidate.raft.head.state.members.size === 1) return 200;
  if (candidate.voter.leaderless.how === 'handover') return world.draw(figures.handover);
  // Who heard of a leader lately gives no vote yet, also not to one that was just started.
  const lost = voters(world, candidate)
    .filter(({ voter }) => voter.leaderless.how === 'lost')
    .map(({ voter }) => world.clock.now() - voter.leaderless.since);
  const gone = Math.min(...lost);
  return gone < figures.election[0] ? world.draw(figures.election) - gone : world.draw(figures.firstElection);
}

/** Starts a term. Nodes not known to be down are unknown to the new leader until they register with it. */
export function becomeLeader(world: World, one: Participant): void {
  const electors = voters(world, one);
  const term = 1 + Math.max(one.raft.term, ...electors.map(({ raft }) => raft.term));
  for (const { raft } of electors) {
    raft.term = term;
    raft.changedAt = world.clock.now();
  }
  one.raft.term = term;
  endTenure(one.voter);
  one.voter.role = 'leader';
  one.voter.leader = one.engine;
  one.voter.tenure = createTenure();
  const self = one.engine.disk.swarm?.nodeId;
  append(world, one, `leader ${self}`, (state) => {
    let next = state;
    for (const node of state.nodes.values()) {
      if (node.id !== self && node.state === 'ready') next = changeNode(next, node.id, { state: 'unknown' });
    }
    return next;
  });
}
