import type { MachineSeen } from '../../operate/machine-seen.ts';
import type { Note } from '../../operate/notes.ts';
import { type ClusterOverview, type GroupSeen, UNHEARD } from '../../operate/overview.ts';
import { age, counted } from '../../words.ts';
import { hanging, justified } from '../layout.ts';
import type { Paint, Tone } from '../style.ts';
import { coloured, machineTable, noteLines } from './machine-rows.ts';

export interface StatusLook {
  readonly paint: Paint;
  readonly columns: number | undefined;
  /** Every machine, also where hundreds of a group are well. */
  readonly all: boolean;
  readonly region: string;
}

/** So many machines of a group are shown one by one; of more only those of which there is something to tell. */
const SHOWN = 20;
export function statusLines(overview: ClusterOverview, look: StatusLook): readonly string[] {
  const { paint, columns } = look;
  return [
    ...headLines(overview, look),
    '',
    ...machineLines(overview, look),
    ...section(
      'Also',
      overview.elsewhere.map(({ subject, ...note }) => ({ lead: subject, note })),
      paint,
      columns,
    ),
  ];
}

function headLines(overview: ClusterOverview, { paint, columns, region }: StatusLook): readonly string[] {
  const { cluster, spec, at, quorum, whole, asked } = overview;
  const state = whole
    ? paint('good', asked ? 'whole' : "whole, by the controller's last word")
    : paint(quorum.state === 'lost' || quorum.state === 'split' ? 'bad' : 'busy', 'not whole');
  const title = `${paint('strong', cluster)} in ${region}: ${state}`;
  const version = paint('faint', `version ${spec.version}, ${age(at - spec.committedAt)} old`);
  const leads = quorum.leader === undefined ? '' : `; ${quorum.leader} leads`;
  return [
    ...justified(title, version, columns),
    ...coloured(paint, quorumTone(overview), hanging('', `${quorum.words}${leads}`, columns)),
    ...bannersOf(overview).flatMap((text) => coloured(paint, 'busy', hanging('', text, columns))),
  ];
}

function quorumTone({ quorum }: ClusterOverview): Tone {
  if (quorum.state === 'unknown') return 'faint';
  if (quorum.state !== 'quorum') return 'bad';
  return quorum.margin === 0 && quorum.voters > 1 ? 'busy' : 'plain';
}

function bannersOf({ at, pause, recovery, mode, lastPass }: ClusterOverview): readonly string[] {
  const banners: string[] = [];
  if (mode === 'removing') banners.push('It is being taken down.');
  if (pause !== undefined) {
    banners.push(`Paused by ${pause.by} ${age(at - pause.at)} ago: ${pause.reason}. The controller only looks on.`);
  }
  if (recovery !== undefined) {
    banners.push(
      `Being recovered from ${recovery.survivor}, as ${recovery.by} said ${age(at - recovery.requestedAt)} ago.`,
    );
  }
  if (lastPass === undefined) banners.push('The controller has never been heard of.');
  else if (at - lastPass.at > UNHEARD) {
    banners.push(`The controller has not been heard of for ${age(at - lastPass.at)}: see \`everswarm doctor\`.`);
  }
  return banners;
}

function machineLines({ groups, others, at }: ClusterOverview, look: StatusLook): readonly string[] {
  const { paint, columns } = look;
  const blocks = [
    ...groups.map((group) => ({
      title: titleOf(group, look),
      notes: group.notes,
      ...chosen(group.machines, look.all),
    })),
    ...(others.length === 0
      ? []
      : [{ title: [paint('busy', 'declared no longer, or never')], notes: [], ...chosen(others, look.all) }]),
  ];
  const { header, lines } = machineTable(
    blocks.flatMap(({ shown }) => shown),
    { paint, columns, at },
  );
  const out = [header];
  let next = 0;
  for (const { title, notes: own, shown, left } of blocks) {
    out.push(...title, ...own.flatMap((note) => noteLines('  └ ', note, paint, columns)));
    for (const { notes } of shown) {
      out.push(lines[next] ?? '');
      next += 1;
      for (const note of notes) out.push(...noteLines('    └ ', note, paint, columns));
    }
    if (left.length > 0) out.push(paint('faint', `  ${leftWords(left)} (--all shows them)`));
  }
  return out;
}

function chosen(machines: readonly MachineSeen[], all: boolean) {
  const notable = (one: MachineSeen) => one.condition !== 'healthy' || one.notes.length > 0 || one.upToDate === false;
  const shown = all || machines.length <= SHOWN ? machines : machines.filter(notable).slice(0, SHOWN);
  return { shown, left: machines.filter((one) => !shown.includes(one)) };
}

function leftWords(left: readonly MachineSeen[]): string {
  const ready = left.filter(({ condition }) => condition === 'healthy').length;
  return `… and ${left.length} more, ${ready === left.length ? 'all' : ready} ready`;
}

function titleOf(
  { name, healthy, declared, rollout, machines }: GroupSeen,
  { paint, columns }: StatusLook,
): readonly string[] {
  const count = healthy > declared ? `${healthy} ready, ${declared} declared` : `${healthy} of ${declared} ready`;
  const unknown = machines.filter(({ condition }) => condition === 'unknown').length;
  const asked = unknown === 0 ? '' : `, ${unknown} not known`;
  const roll = rolloutWords(rollout);
  const tone = healthy === declared ? 'plain' : 'busy';
  const words = `${paint(tone, count + asked)}${roll === '' ? '' : `, ${paint('busy', roll)}`}`;
  return hanging(`${paint('strong', name)}  `, words, columns);
}

function rolloutWords({ phase, outdated, halt }: GroupSeen['rollout']): string {
  if (phase === 'halted') return `roll-out halted by ${halt?.by ?? 'the controller'}, ${outdated} to go`;
  return phase === 'rolling' && outdated > 0 ? `${counted(outdated, 'machine')} to be replaced` : '';
}

function section(
  title: string,
  items: readonly { readonly lead: string; readonly note: Note }[],
  paint: Paint,
  columns: number | undefined,
): readonly string[] {
  if (items.length === 0) return [];
  const lines = items.flatMap(({ lead, note }) => noteLines(`  ${lead}: `, note, paint, columns));
  return ['', paint('strong', title), ...lines];
}
