import { ACTION_WORDS } from '../operate/action-words.ts';
import type { ClusterOverview } from '../operate/overview.ts';
import type { EventRecord } from '../store/store.ts';
import { SIGNS, type Tone } from './tones.ts';
import type { Viewer } from './widget-event.ts';

/** One line of what happened, happens, or can't happen. */
export interface Line {
  readonly tone: Tone;
  readonly sign: string;
  /** Time of day, or what kind of line it is. */
  readonly when: string;
  readonly what: string;
  readonly subject: string;
  readonly why: string;
}

/** Steps of the convergence under way: those done, those that come next, what is waited for. */
const STEPS = 12;
const HELD = 12;
const EVENTS = 15;
/** The longest reason, in characters: machines' own messages can be of any length. */
const LONGEST = 300;

/** @param events newest first */
export function stepsOf(overview: ClusterOverview, events: readonly EventRecord[], viewer: Viewer): readonly Line[] {
  const { doing, waiting } = overview;
  if (overview.whole) return [];
  const end = events.findIndex(({ kind }) => kind === 'whole');
  const done = events
    .slice(0, end === -1 ? events.length : end)
    .filter(({ kind }) => kind === 'action' || kind === 'action-failed')
    .slice(0, STEPS)
    .reverse();
  return [
    ...done.map((event) => eventLine(event, viewer)),
    ...doing.slice(0, STEPS).map(({ what, subject, reason }) => line('busy', 'next', wordsOf(what), subject, reason)),
    ...waiting.slice(0, STEPS).map(({ what, subject }) => line('busy', 'waits', `for ${what}`, subject, '')),
  ];
}

export function heldLines({ held }: ClusterOverview): readonly Line[] {
  return held.slice(0, HELD).map(({ rule, subject, reason }) => line('unsure', 'held', rule, subject, reason));
}

/** Roll-outs under way, or halted. */
export function rolloutLines({ groups }: ClusterOverview): readonly Line[] {
  return groups.flatMap(({ rollout: { group, phase, version, declared, outdated, halt } }) => {
    if (phase === 'done') return [];
    const left = outdated === 0 ? '' : `${outdated} of ${declared} still of another configuration`;
    const why = halt === undefined ? left : `halted by ${halt.by}: ${halt.reason}${left === '' ? '' : `; ${left}`}`;
    return [line(phase === 'halted' ? 'bad' : 'busy', phase, `version ${version}`, group, why)];
  });
}

/** @param events newest first */
export function eventLines(events: readonly EventRecord[], viewer: Viewer): readonly Line[] {
  return events.slice(0, EVENTS).map((event) => eventLine(event, viewer));
}

const TONES: Readonly<Record<EventRecord['kind'], Tone>> = {
  action: 'good',
  'action-failed': 'bad',
  held: 'unsure',
  whole: 'good',
  'not-whole': 'bad',
  spec: 'busy',
  woken: 'busy',
  error: 'bad',
};

function eventLine({ at, kind, name, subject, reason }: EventRecord, viewer: Viewer): Line {
  const what = kind === 'action-failed' ? `failed: ${wordsOf(name)}` : wordsOf(name);
  return line(TONES[kind], timeOf(at, viewer), what, subject, reason);
}

/** The words of an action; of anything else its own name. */
function wordsOf(name: string): string {
  return Object.entries(ACTION_WORDS).find(([kind]) => kind === name)?.[1] ?? name;
}

function line(tone: Tone, when: string, what: string, subject: string, why: string): Line {
  const short = why.length > LONGEST ? `${why.slice(0, LONGEST - 1)}…` : why;
  const place = placeOf(subject);
  // Most reasons begin with what they are about.
  return { tone, sign: SIGNS[tone], when, what, subject: short.startsWith(place) ? '' : place, why: short };
}

/** Slots of launches as people call them: a logical ID, or a group in a zone. */
function placeOf(subject: string): string {
  return subject.replace(/\bpet\/([\d.]+)/g, '$1').replace(/\bbatch\/([a-z0-9-]+)\/([a-z0-9-]+)/g, '$1 in $2');
}

/** `14:03:09` by the viewer's clock. */
export function timeOf(at: number, { utcOffset }: Viewer): string {
  return new Date(at + utcOffset * 60_000).toISOString().slice(11, 19);
}
