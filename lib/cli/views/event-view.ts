import type { EventRecord } from '../../store/store.ts';
import { hanging } from '../layout.ts';
import { cut, type Paint, type Tone } from '../style.ts';
import { clockTime } from '../times.ts';

const KINDS: Readonly<Record<EventRecord['kind'], { readonly word: string; readonly tone: Tone }>> = {
  action: { word: 'done', tone: 'plain' },
  'action-failed': { word: 'failed', tone: 'bad' },
  held: { word: 'held', tone: 'busy' },
  whole: { word: 'whole', tone: 'good' },
  'not-whole': { word: 'not whole', tone: 'busy' },
  spec: { word: 'spec', tone: 'strong' },
  woken: { word: 'woken', tone: 'faint' },
  error: { word: 'error', tone: 'bad' },
};

export function eventLines(
  { at, kind, name, subject, reason }: EventRecord,
  { paint, columns, now }: { readonly paint: Paint; readonly columns: number | undefined; readonly now: number },
): readonly string[] {
  const { word, tone } = KINDS[kind];
  const lead = `${paint('faint', clockTime(at, now))}  ${paint(tone, word.padEnd(9))}  `;
  const what = kind === 'whole' || kind === 'not-whole' ? subject : `${name} ${subject}`;
  // What came of an action may be nothing to speak of: then its reason ends with the colon that was to lead to it.
  return hanging(lead, `${what}: ${reason.replace(/:\s*$/, '')}`, columns);
}

const TROUBLE: ReadonlySet<EventRecord['kind']> = new Set(['action-failed', 'held', 'error']);

/** For who looks on: a line each, cut where the screen ends, but for what goes wrong. `everswarm events` has the whole of it. */
export function passingLines(
  event: EventRecord,
  { columns, ...look }: { readonly paint: Paint; readonly columns: number | undefined; readonly now: number },
): readonly string[] {
  if (columns === undefined || TROUBLE.has(event.kind)) return eventLines(event, { ...look, columns });
  return eventLines(event, { ...look, columns: undefined }).map((line) => cut(line, columns));
}
