import type { MachineOrder } from '../plan/records.ts';
import { OperateError } from './errors.ts';
import { findMachine } from './find-machine.ts';
import type { MachineSeen } from './machine-seen.ts';
import { logDecision, type Operator } from './operator.ts';
import { overviewOf } from './overview.ts';
import { pausedWords } from './pause.ts';
import { wake } from './proposal.ts';
import { look, memoryOf } from './situation.ts';

/** What is to be ordered of one machine, looked at and not ordered yet. */
export interface OrderProposal {
  readonly machine: MachineSeen;
  readonly instanceId: string;
  readonly what: MachineOrder['what'];
  /** What speaks against it, or delays it. */
  readonly warnings: readonly string[];
}

/**
 * Looks whether the machine can be replaced: by a new one at the same address with the same disk, or of the same group. The
 * controller carries it out under the rules of a roll-out.
 * @param name its address, its instance id, its node's id, or the beginning of one
 * @throws OperateError `UnknownMachine`, `WhichMachine`, `NothingThere`, `NoMajority`, `NotDeclared`
 */
export async function proposeReplacement(operator: Operator, name: string): Promise<OrderProposal> {
  const proposal = await propose(operator, name, 'replace');
  const { machine, overview } = proposal;
  const group = overview.groups.find((one) => one.name === machine.group);
  if (group?.flavor === 'swarm-manager' && group.declared < 3) {
    const found = `${group.declared === 1 ? 'the only manager' : 'one of two managers'} can't be replaced without an outage of the Swarm`;
    throw new OperateError(
      'NoMajority',
      found,
      'Declare three managers first; or, taking the outage, end its machine by hand.',
    );
  }
  const unwell = overview.groups
    .filter(({ flavor }) => flavor === 'swarm-manager')
    .flatMap(({ machines }) => machines)
    .filter((one) => one.condition !== 'healthy' && one.instanceId !== proposal.instanceId);
  const names = unwell.map(({ logicalId }) => logicalId).join(', ');
  const waits = unwell.length === 0 ? [] : [`it waits until all managers are well: ${names} not yet`];
  return { ...proposal, warnings: [...proposal.warnings, ...waits] };
}

/** The same of a drain: its node takes no tasks until the order is withdrawn. */
export async function proposeDrain(operator: Operator, name: string): Promise<OrderProposal> {
  const proposal = await propose(operator, name, 'drain');
  const { node } = proposal.machine;
  const idle = node === undefined ? ['it is in no Swarm: nothing runs on it'] : [];
  return { ...proposal, warnings: [...proposal.warnings, ...idle] };
}

/** Puts the order in force; a former one about the same machine is replaced by it. */
export async function giveOrder(
  operator: Operator,
  { instanceId, what }: Pick<OrderProposal, 'instanceId' | 'what'>,
  reason: string,
): Promise<MachineOrder> {
  const { store, clock, by } = operator;
  const order: MachineOrder = { instanceId, what, by, reason, at: clock.now() };
  await store.decideOrder(instanceId, order);
  await logDecision(operator, { name: what, subject: instanceId, reason });
  await wake(operator);
  return order;
}

/**
 * Withdraws what was ordered. A replacement of which machines were begun to be taken away may go on to its end.
 * @returns the order that stood
 * @throws OperateError `UnknownMachine`, `WhichMachine`, `NotOrdered`
 */
export async function withdrawOrder(
  operator: Operator,
  name: string,
  what: MachineOrder['what'],
): Promise<MachineOrder> {
  const { instanceId } = await propose(operator, name, what);
  const { records } = await memoryOf(operator);
  const order = records.orders?.get(instanceId);
  if (order?.what !== what) {
    const found = `nobody ordered that ${instanceId} is ${what === 'replace' ? 'replaced' : 'drained'}`;
    const drained = 'What was drained by hand is ended by hand: `docker node update --availability active`.';
    throw new OperateError('NotOrdered', found, what === 'drain' ? drained : 'See `everswarm describe`.');
  }
  await operator.store.decideOrder(instanceId, undefined);
  await logDecision(operator, {
    name: `${what}-withdrawn`,
    subject: instanceId,
    reason: `${order.by} ordered it: ${order.reason}`,
  });
  await wake(operator);
  return order;
}

/** For a button, of which the machine is known: proposes and orders in one. @throws OperateError */
export async function replaceNode(operator: Operator, name: string, reason: string): Promise<MachineOrder> {
  return giveOrder(operator, await proposeReplacement(operator, name), reason);
}

async function propose(operator: Operator, name: string, what: MachineOrder['what']) {
  const overview = overviewOf(await look(operator, { ask: true }));
  const machine = findMachine(overview, name);
  const { instanceId, logicalId, group } = machine;
  if (instanceId === undefined) {
    const found = `${logicalId ?? name} has no machine at present`;
    throw new OperateError('NothingThere', found, 'A new one comes by itself: see `everswarm status`.');
  }
  if (overview.others.includes(machine)) {
    const found = `${instanceId} belongs to no declared group${group === undefined ? '' : `: ${group} does not account for it`}`;
    throw new OperateError('NotDeclared', found, 'The controller leaves it alone; end it by hand.');
  }
  const warnings = overview.pause === undefined ? [] : [pausedWords(overview.pause)];
  return { machine, instanceId, what, overview, warnings };
}
