import type { InstanceSeen, MachineProbe, ProbeOutcome, SwarmNode } from '../observe/observation.ts';
import { LIMITS } from './limits.ts';
import { isMemberOf, nodeAt } from './node-owner.ts';
import { isBeforeTheSwarm, isHealthyVoter, isUnheard, nodesByInstance, type SwarmView } from './swarm-view.ts';
import { type PlanInput, petSlot, probeOf } from './world.ts';

/** What is to be thought of a machine. */
export type Health =
  | { readonly kind: 'healthy' }
  /** Nothing but time is needed. */
  | { readonly kind: 'coming'; readonly what: string }
  /** Nobody has asked it in this pass. */
  | { readonly kind: 'notAsked' }
  /** Engine up, in no Swarm, no Raft state on its disk: it can be initialised or joined. */
  | { readonly kind: 'blank' }
  /** It says itself, or a majority of managers says, that it does not work. */
  | { readonly kind: 'broken'; readonly symptom: string; readonly reason: string; readonly remedies: readonly Remedy[] }
  /** A declared manager whose node is a worker of the Swarm. */
  | { readonly kind: 'demoted'; readonly node: SwarmNode }
  /** It can't be told, or a person has to decide. */
  | { readonly kind: 'held'; readonly rule: string; readonly reason: string };

/**
 * In the order in which they are tried. `replace` ends the machine; its address and disk come back with the next one.
 * `rejoin` gives up the Raft state on its disk: it joins anew, as a new member.
 */
export type Remedy = 'restart' | 'replace' | 'rejoin';

const HEALTHY: Health = { kind: 'healthy' };

/** The probe's outcome, with "the agent is offline" for machines that were not worth asking. */
export function answerOf(input: PlanInput, instance: InstanceSeen): ProbeOutcome | undefined {
  const outcome = probeOf(input, instance.id);
  if (outcome !== undefined) return outcome;
  const agents = input.observation.agentsOnline;
  if (!agents.seen || agents.value.has(instance.id)) return undefined;
  return { kind: 'silent', why: 'offline', reason: 'its SSM agent is not online' };
}

export function managerHealth(input: PlanInput, view: SwarmView, logicalId: string, instance: InstanceSeen): Health {
  const outcome = answerOf(input, instance);
  if (outcome === undefined) return { kind: 'notAsked' };
  const age = input.now - instance.launchedAt;
  const nodes = view.kind === 'quorum' ? view.nodes : [];
  const listed = nodes.filter((node) => isMemberOf(node, logicalId));
  if (outcome.kind === 'silent') {
    if (age < LIMITS.boot) return { kind: 'coming', what: 'first answer of its agent' };
    if (listed.some(isHealthyVoter)) {
      return {
        kind: 'held',
        rule: 'silent',
        reason: `${instance.id} works in the Swarm but does not answer (${outcome.reason})`,
      };
    }
    if (listed.length > 0 && listed.every((node) => node.state === 'down')) {
      const reason = `${instance.id} does not answer (${outcome.reason}) and the other managers see it down`;
      return { kind: 'broken', symptom: 'silent', reason, remedies: ['replace'] };
    }
    const there = nodeAt(nodes, instance);
    if (there !== undefined) return { kind: 'held', rule: 'silent', reason: saysNothing(instance, outcome, there) };
    if (listed.length === 0 && isNoMember(input, view, instance)) {
      const reason = `${instance.id} does not answer (${outcome.reason}), and is no member of the Swarm`;
      return { kind: 'broken', symptom: 'silent', reason, remedies: ['replace'] };
    }
    return {
      kind: 'held',
      rule: 'silent',
      reason: `${instance.id} runs but can't be asked (${outcome.reason}); that is not "gone"`,
    };
  }
  const { probe } = outcome;
  const start = bootHealth(probe, instance.id);
  if (start !== undefined) return start;
  const young = probe.uptimeSeconds * 1000 < LIMITS.engine;
  const { engine } = probe;
  if (engine.state === 'down') {
    if (young) return { kind: 'coming', what: 'engine to answer' };
    const reason = `the engine of ${instance.id} does not answer`;
    if (view.kind === 'quorum' && blamesDisk(input, logicalId, probe)) {
      const why = `${reason}: the Raft state on its disk is gone, or spoilt`;
      return { kind: 'broken', symptom: 'raft-state', reason: why, remedies: ['restart', 'rejoin'] };
    }
    return { kind: 'broken', symptom: 'engine-down', reason, remedies: ['restart', 'replace'] };
  }
  if (engine.localState === 'locked') {
    return {
      kind: 'held',
      rule: 'autolock',
      reason: `${instance.id} waits for its unlock key: run "docker swarm unlock" there`,
    };
  }
  if (engine.localState !== 'active') {
    if (probe.raftState === 'none') return { kind: 'blank' };
    if (young) return { kind: 'coming', what: 'engine to take up its Raft state' };
    const said = engine.error === undefined ? '' : `: ${engine.error}`;
    const reason = `${instance.id} has Raft state on its disk but is "${engine.localState}"${said}`;
    return { kind: 'broken', symptom: 'raft-state', reason, remedies: ['restart', 'rejoin'] };
  }
  if (view.kind !== 'quorum') {
    return young || view.kind === 'notAsked'
      ? { kind: 'coming', what: 'a leader' }
      : { kind: 'held', rule: 'no-quorum', reason: `${instance.id} is up, but the Swarm has no quorum` };
  }
  const node = view.nodes.find((one) => one.id === engine.nodeId);
  if (node === undefined) {
    const reason = `${instance.id} believes itself node ${engine.nodeId ?? '?'}, which the Swarm does not know`;
    return { kind: 'broken', symptom: 'unknown-member', reason, remedies: ['rejoin'] };
  }
  if (node.raft === undefined) return { kind: 'demoted', node };
  if (isHealthyVoter(node)) return HEALTHY;
  if (node.raft.reachability === 'reachable' && isUnheard(node)) return { kind: 'coming', what: toBeHeard(node) };
  if (young) return { kind: 'coming', what: `node ${node.id} to be reachable` };
  const reason = `node ${node.id} on ${instance.id} is ${node.state} and ${node.raft.reachability}`;
  return { kind: 'broken', symptom: 'unreachable', reason, remedies: ['restart', 'replace'] };
}

export function workerHealth(input: PlanInput, view: SwarmView, instance: InstanceSeen): Health {
  if (instance.state === 'pending') return { kind: 'coming', what: 'instance to run' };
  if (view.kind !== 'quorum') return { kind: 'coming', what: 'a Swarm with a quorum to join' };
  const age = input.now - instance.launchedAt;
  const nodes = nodesByInstance(view).get(instance.id) ?? [];
  if (nodes.some((node) => node.state === 'ready')) return HEALTHY;
  const unheard = nodes.find(isUnheard);
  if (unheard !== undefined) return { kind: 'coming', what: toBeHeard(unheard) };
  const [node] = nodes;
  if (node !== undefined) {
    if (age < LIMITS.engine) return { kind: 'coming', what: `node ${node.id} to be ready` };
    const answer = answerOf(input, instance);
    if (answer === undefined) return { kind: 'notAsked' };
    const reason = `node ${node.id} on ${instance.id} is ${node.state}`;
    const engineDown = answer.kind === 'answered' && answer.probe.engine.state === 'down';
    if (!engineDown) return { kind: 'broken', symptom: 'node-down', reason, remedies: ['replace'] };
    return {
      kind: 'broken',
      symptom: 'engine-down',
      reason: `${reason}, its engine does not answer`,
      remedies: ['restart', 'replace'],
    };
  }
  const outcome = answerOf(input, instance);
  // Of a young machine it is known without asking that it is to join: the script refuses until the boot is over.
  if (outcome === undefined) return age < LIMITS.boot ? { kind: 'blank' } : { kind: 'notAsked' };
  if (outcome.kind === 'silent') {
    if (age < LIMITS.boot) return { kind: 'coming', what: 'first answer of its agent' };
    const there = nodeAt(view.nodes, instance);
    if (there !== undefined) return { kind: 'held', rule: 'silent', reason: saysNothing(instance, outcome, there) };
    const reason = `${instance.id} never joined and does not answer (${outcome.reason})`;
    return { kind: 'broken', symptom: 'silent', reason, remedies: ['replace'] };
  }
  const { probe } = outcome;
  const start = bootHealth(probe, instance.id);
  if (start !== undefined) return start;
  const { engine } = probe;
  if (engine.state === 'down') {
    if (probe.uptimeSeconds * 1000 < LIMITS.engine) return { kind: 'coming', what: 'engine to answer' };
    const reason = `the engine of ${instance.id} does not answer`;
    return { kind: 'broken', symptom: 'engine-down', reason, remedies: ['restart', 'replace'] };
  }
  if (engine.localState === 'active') {
    const reason = `${instance.id} believes itself node ${engine.nodeId ?? '?'}, which the Swarm does not know`;
    const there = nodeAt(view.nodes, instance);
    if (there !== undefined) {
      return { kind: 'held', rule: 'orphan', reason: `${reason}; node ${there.id} (${there.hostname}) works there` };
    }
    return { kind: 'broken', symptom: 'orphan', reason, remedies: ['replace'] };
  }
  return { kind: 'blank' };
}

function saysNothing({ id }: InstanceSeen, { reason }: { readonly reason: string }, node: SwarmNode): string {
  return `${id} does not answer (${reason}), and node ${node.id} (${node.hostname}) works there`;
}

function toBeHeard(node: SwarmNode): string {
  return `the new leader to hear of node ${node.id}`;
}

/**
 * Of a manager that the list does not name: a quorum says so, or there never was a Swarm, which others can tell, unless it
 * has the disk of the one that was told to begin it.
 */
function isNoMember(input: PlanInput, view: SwarmView, { logicalId }: InstanceSeen): boolean {
  if (view.kind === 'quorum') return true;
  const { genesis } = input.records;
  const mayBeTheSwarm = genesis?.begunOn !== undefined && genesis.seed === logicalId;
  if (view.kind !== 'none' || !isBeforeTheSwarm(input) || mayBeTheSwarm) return false;
  return [...(input.observation.probes?.values() ?? [])].some(({ kind }) => kind === 'answered');
}

/** Machines in a row, on one disk, after which it is not the machine. */
const MACHINES_IN_VAIN = 2;

/** Would the engine not start on another machine either? A certificate is left of the Swarm but no Raft state; or it was tried. */
function blamesDisk(input: PlanInput, logicalId: string, { raftState, certificateEnds }: MachineProbe): boolean {
  if (raftState === 'none') return certificateEnds !== undefined;
  const record = input.records.launches.get(petSlot(logicalId));
  return record?.confirmedAt === undefined && (record?.failures ?? 0) >= MACHINES_IN_VAIN;
}

/** By the uptime, not the age: a machine that was rebooted boots anew, and its engine may have had a vote until then. */
function bootHealth({ boot, uptimeSeconds, engine }: MachineProbe, instanceId: string): Health | undefined {
  // What its boot says of itself does not matter where its engine is at work: it may have a vote.
  if (engine.state === 'up' && engine.localState === 'active') return undefined;
  if (boot.state === 'failed') {
    const reason = `the boot script of ${instanceId} failed: ${boot.reason}`;
    return { kind: 'broken', symptom: 'boot-failed', reason, remedies: ['replace'] };
  }
  if (boot.state === 'done') return undefined;
  if (uptimeSeconds * 1000 < LIMITS.boot) return { kind: 'coming', what: 'boot to finish' };
  const reason = `the boot script of ${instanceId} has not finished after ${uptimeSeconds} s`;
  return { kind: 'broken', symptom: 'boot-stuck', reason, remedies: ['replace'] };
}
