import type { Held, Waiting } from '../plan/action.ts';
import type { Pause, Recovery } from '../plan/records.ts';
import { declaredGroups, instancesInOrder, isLive, logicalIdsOf, type PlanInput } from '../plan/world.ts';
import type { NextAction } from '../preview/change-preview.ts';
import { nextActions } from '../preview/next-actions.ts';
import type { FlavorName } from '../spec/spec.ts';
import type { ClusterStatus } from '../store/store.ts';
import { type MachineSeen, machineReader } from './machine-seen.ts';
import { type Note, type NoteElsewhere, notesOf } from './notes.ts';
import { type QuorumSeen, quorumOf } from './quorum.ts';
import { type RolloutStatus, statusOf } from './rollout.ts';
import { isWhole, type Situation } from './situation.ts';

/**
 * The cluster as it is shown to people, and given to programs: plain data, no matter on what it is drawn. Whatever shows a
 * cluster shows this.
 */
export interface ClusterOverview {
  readonly cluster: string;
  /** Milliseconds since the epoch: when it was looked at. */
  readonly at: number;
  readonly spec: { readonly version: number; readonly committedAt: number; readonly committedBy: string };
  readonly whole: boolean;
  /** Were the machines asked? Else nothing is known of the Swarm. */
  readonly asked: boolean;
  /** `removing`: it is being taken down; `recovering`: a new Swarm is made from one survivor, on command. */
  readonly mode: 'active' | 'paused' | 'removing' | 'recovering';
  readonly pause: Pause | undefined;
  readonly recovery: Recovery | undefined;
  readonly quorum: QuorumSeen;
  /** Groups in the order of their names, managers first. */
  readonly groups: readonly GroupSeen[];
  /** Machines with the cluster's tag that belong to no declared group, or to one that is smaller by now. */
  readonly others: readonly MachineSeen[];
  /** Of what is done, held and waited for: what is about none of the machines above. */
  readonly elsewhere: readonly NoteElsewhere[];
  /** What the controller's next pass does. */
  readonly doing: readonly NextAction[];
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  /** What the controller's last pass wrote down; `undefined`: there was none yet. */
  readonly lastPass: Pick<ClusterStatus, 'at' | 'whole' | 'notWholeSince'> | undefined;
}

export interface GroupSeen {
  readonly name: string;
  readonly flavor: FlavorName;
  readonly declared: number;
  readonly healthy: number;
  readonly rollout: RolloutStatus;
  /** What is done, held and waited for with the group as a whole. */
  readonly notes: readonly Note[];
  /** By logical ID, or by instance id; a logical ID without a machine is in it, too. */
  readonly machines: readonly MachineSeen[];
}

/** Milliseconds. The controller looks every minute, and writes every five at the least: it is silent for longer only if it does not run. */
export const UNHEARD = 7 * 60_000;

export function overviewOf(situation: Situation): ClusterOverview {
  const { input, view, plan, asked, status } = situation;
  const { committed, records } = input;
  const { version, committedAt, committedBy, spec } = committed;
  const notes = notesOf({ ...plan, held: plan.held.filter(({ rule }) => !MODE_RULES.has(rule)) });
  const read = machineReader(situation, notes);
  const groups = declaredGroups(input).map((group): GroupSeen => {
    const rollout = statusOf(input, group.name);
    const own = machinesOf(input, group.name, logicalIdsOf(group.spec));
    const machines = own.map(({ logicalId, instance }) => read(group, logicalId, instance));
    const healthy = machines.filter(({ condition }) => condition === 'healthy').length;
    return {
      name: group.name,
      flavor: group.spec.flavor,
      declared: rollout.declared,
      healthy,
      rollout,
      notes: notes.about([group.name]),
      machines,
    };
  });
  const shown = new Set(groups.flatMap(({ machines }) => machines.map(({ instanceId }) => instanceId)));
  const others = instancesInOrder(input)
    .filter((one) => one.state !== 'terminated' && !shown.has(one.id))
    .map((one) => read(undefined, one.logicalId, one));
  return {
    cluster: spec.cluster,
    at: input.now,
    spec: { version, committedAt, committedBy },
    whole: isWhole(situation),
    asked,
    mode: modeOf(input),
    pause: records.pause,
    recovery: records.recovery,
    quorum: quorumOf(view),
    groups: [...groups.filter(isOfManagers), ...groups.filter((group) => !isOfManagers(group))],
    others,
    elsewhere: notes.elsewhere(),
    doing: nextActions(plan.actions),
    held: plan.held,
    waiting: plan.waiting,
    lastPass:
      status === undefined ? undefined : { at: status.at, whole: status.whole, notWholeSince: status.notWholeSince },
  };
}

/** What they say is the mode. */
const MODE_RULES: ReadonlySet<string> = new Set(['paused', 'removing']);

function isOfManagers({ flavor }: GroupSeen): boolean {
  return flavor === 'swarm-manager';
}

function modeOf({ records }: PlanInput): ClusterOverview['mode'] {
  if (records.mode === 'removing') return 'removing';
  if (records.pause !== undefined) return 'paused';
  return records.recovery === undefined ? 'active' : 'recovering';
}

/** Of a logical ID the machine that is there or coming, else one that is going; of a group by size all that are not gone. */
function machinesOf(input: PlanInput, group: string, logicalIds: readonly string[]) {
  const there = instancesInOrder(input).filter((one) => one.state !== 'terminated');
  if (logicalIds.length > 0) {
    return logicalIds.map((logicalId) => {
      const own = there.filter((one) => one.logicalId === logicalId);
      return { logicalId, instance: own.find(isLive) ?? own[0] };
    });
  }
  return there
    .filter((one) => one.group === group && one.logicalId === undefined)
    .map((instance) => ({ logicalId: undefined, instance }));
}
