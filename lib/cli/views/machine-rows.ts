import type { MachineSeen } from '../../operate/machine-seen.ts';
import type { Note } from '../../operate/notes.ts';
import { age } from '../../words.ts';
import { fitted, hanging } from '../layout.ts';
import type { Paint, Tone } from '../style.ts';

const HEADER = ['ADDRESS', 'INSTANCE', 'ZONE', 'ROLE', 'STATE', 'CONFIG', 'AGE'];
/** What is left out first where it does not fit; what is unusual of it is in the notes as well. */
const LEFT_OUT = [5, 2, 6, 1];

/** A line for each machine, under one header. */
export function machineTable(
  machines: readonly MachineSeen[],
  { paint, columns, at }: { readonly paint: Paint; readonly columns: number | undefined; readonly at: number },
): { readonly header: string; readonly lines: readonly string[] } {
  const rows = machines.map((machine) => rowOf(machine, at, paint));
  const [header = '', ...lines] = fitted(HEADER, rows, columns, LEFT_OUT, '  ');
  return { header: paint('faint', header), lines };
}

function rowOf(machine: MachineSeen, at: number, paint: Paint): readonly string[] {
  const { address, instanceId, zone, node, launchedAt, upToDate } = machine;
  const role = node === undefined ? '-' : node.leader ? 'leader' : node.role;
  const { word, tone } = stateOf(machine);
  return [
    address ?? '-',
    instanceId ?? '-',
    zone === undefined ? '-' : zone.slice(zone.lastIndexOf('-') + 1),
    role,
    paint(tone, word),
    upToDate === undefined ? '-' : upToDate ? 'current' : paint('busy', 'former'),
    launchedAt === undefined ? '-' : age(at - launchedAt),
  ];
}

/** One word for EC2, the Swarm and the plan together. */
export function stateOf({ condition, node, state }: MachineSeen): { readonly word: string; readonly tone: Tone } {
  switch (condition) {
    case 'healthy':
      if (node?.availability === 'drain') return { word: 'drained', tone: 'busy' };
      return node?.availability === 'pause' ? { word: 'paused', tone: 'busy' } : { word: 'ready', tone: 'good' };
    case 'unknown':
      return { word: state ?? 'unknown', tone: 'faint' };
    case 'coming':
    case 'going':
      return { word: condition, tone: 'busy' };
    case 'unwell':
    case 'missing':
      return { word: condition, tone: 'bad' };
  }
}

export function noteLines(
  lead: string,
  { kind, text }: Note,
  paint: Paint,
  columns: number | undefined,
): readonly string[] {
  const tone = kind === 'held' ? 'busy' : kind === 'doing' ? 'plain' : 'faint';
  return coloured(
    paint,
    tone,
    hanging(lead, kind === 'doing' ? text : kind === 'held' ? `held: ${text}` : text, columns),
  );
}

export function coloured(paint: Paint, tone: Tone, lines: readonly string[]): readonly string[] {
  return lines.map((line) => paint(tone, line));
}
