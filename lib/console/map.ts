import type { MachineSeen } from '../operate/machine-seen.ts';
import type { ClusterOverview, GroupSeen } from '../operate/overview.ts';
import { age } from '../words.ts';
import { type OrderButton, type OrderPlace, replaceButton } from './order-button.ts';
import { CONDITION_TONES, CONDITIONS, SIGNS, type Tone } from './tones.ts';

/** A machine with what there is to say about it. */
export interface Tile {
  readonly name: string;
  readonly tone: Tone;
  readonly sign: string;
  /** E.g. `healthy`. */
  readonly condition: string;
  /** E.g. `leader`, `manager`, `worker`; empty: it is in no Swarm. */
  readonly role: string;
  readonly leader: boolean;
  /** Instance id, disk, age: what is known of them. */
  readonly facts: readonly string[];
  readonly notes: readonly string[];
  readonly replace: OrderButton | undefined;
}

/** A machine of which nothing needs to be said: a small square. */
export interface Cell {
  readonly tone: Tone;
  /** Empty: healthy. */
  readonly sign: string;
  /** What is shown when the pointer rests on it. */
  readonly title: string;
}

/** Machines of one group in one zone. */
export interface Block {
  readonly group: string;
  /** E.g. `34 of 35 healthy, 1 coming`. */
  readonly summary: string;
  readonly tiles: readonly Tile[];
  readonly cells: readonly Cell[];
  /** How many more would have a tile. */
  readonly more: number;
}

export interface ZoneColumn {
  readonly zone: string;
  readonly blocks: readonly Block[];
}

/** Up to so many machines of a group by size each has a tile. */
const FEW = 24;
/** Of a larger one only those that are not healthy have, in each zone up to so many. */
const DETAILED = 6;

/** Zones as columns, in each the groups in the order of the overview, then what belongs to none. */
export function zoneColumns({ groups, others, at }: ClusterOverview, place: OrderPlace): readonly ZoneColumn[] {
  const all = [...groups.flatMap(({ machines }) => machines), ...others];
  const zones = [...new Set(all.map(zoneOf))].sort();
  const declared = (machine: MachineSeen): Tile => ({ ...tileOf(machine, at), replace: replaceButton(machine, place) });
  const undeclared = (machine: MachineSeen): Tile => tileOf(machine, at);
  return zones.map((zone) => {
    const blocks = groups.flatMap((group) => {
      const own = group.machines.filter((one) => zoneOf(one) === zone);
      return own.length === 0 ? [] : [blockOf(group.name, own, isDrawnWhole(group), declared)];
    });
    const strangers = others.filter((one) => zoneOf(one) === zone);
    return {
      zone,
      blocks: strangers.length === 0 ? blocks : [...blocks, blockOf(OTHERS, strangers, false, undeclared)],
    };
  });
}

const OTHERS = 'not declared';

/** Of a machine that is nowhere yet. */
function zoneOf({ zone }: MachineSeen): string {
  return zone ?? 'no zone yet';
}

/** Logical IDs are few, and each is somebody. */
function isDrawnWhole({ machines }: GroupSeen): boolean {
  return machines.length <= FEW || machines.every(({ logicalId }) => logicalId !== undefined);
}

function blockOf(
  group: string,
  machines: readonly MachineSeen[],
  whole: boolean,
  tile: (machine: MachineSeen) => Tile,
): Block {
  const ordered = whole ? machines : [...machines].sort((a, b) => rank(a) - rank(b));
  const detailed = whole ? ordered : ordered.filter(({ condition }) => condition !== 'healthy').slice(0, DETAILED);
  const isTold = new Set(detailed);
  const rest = ordered.filter((one) => !isTold.has(one));
  return {
    group,
    summary: summaryOf(machines),
    tiles: detailed.map(tile),
    cells: rest.map(cellOf),
    more: rest.filter(({ condition }) => condition !== 'healthy').length,
  };
}

function rank({ condition }: MachineSeen): number {
  return CONDITIONS.indexOf(condition);
}

function summaryOf(machines: readonly MachineSeen[]): string {
  const count = (wanted: MachineSeen['condition']): number =>
    machines.filter(({ condition }) => condition === wanted).length;
  const others = CONDITIONS.filter((condition) => condition !== 'healthy' && count(condition) > 0);
  return [
    `${count('healthy')} of ${machines.length} healthy`,
    ...others.map((condition) => `${count(condition)} ${condition}`),
  ].join(', ');
}

function tileOf(machine: MachineSeen, now: number): Tile {
  const { condition, logicalId, instanceId, volumeId, launchedAt, node, upToDate, state, order } = machine;
  const tone = CONDITION_TONES[condition];
  return {
    name: logicalId ?? instanceId ?? '',
    tone,
    sign: SIGNS[tone],
    condition,
    role: node?.leader === true ? 'leader' : (node?.role ?? ''),
    leader: node?.leader === true,
    facts: [
      logicalId === undefined ? machine.address : instanceId,
      volumeId,
      launchedAt === undefined ? undefined : `${age(now - launchedAt)} old`,
      state === undefined || state === 'running' ? undefined : state,
      node === undefined || node.availability === 'active' ? undefined : node.availability,
      upToDate === false ? 'another configuration' : undefined,
    ].filter((fact) => fact !== undefined),
    notes: [
      ...machine.notes.map(({ text }) => text),
      ...(order === undefined ? [] : [`${order.what} ordered by ${order.by}: ${order.reason}`]),
    ],
    replace: undefined,
  };
}

function cellOf({ condition, instanceId, logicalId }: MachineSeen): Cell {
  const tone = CONDITION_TONES[condition];
  const name = logicalId ?? instanceId ?? '';
  return condition === 'healthy'
    ? { tone, sign: '', title: name }
    : { tone, sign: SIGNS[tone], title: `${name} ${condition}` };
}
