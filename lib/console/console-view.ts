import type { ClusterOverview } from '../operate/overview.ts';
import type { EventRecord } from '../store/store.ts';
import { age } from '../words.ts';
import { type ZoneColumn, zoneColumns } from './map.ts';
import { type OrderButton, orderButtons } from './order-button.ts';
import { eventLines, heldLines, type Line, rolloutLines, stepsOf, timeOf } from './story.ts';
import { SIGNS, type Tone } from './tones.ts';
import { REASON_FIELD, type Viewer } from './widget-event.ts';

/** What an order came to, shown above the map. */
export interface Notice {
  readonly tone: Tone;
  readonly text: string;
}

/** Everything that the widget shows, as plain text and numbers: the template adds the markup, and escapes. */
export interface ConsoleView {
  readonly theme: Viewer['theme'];
  readonly cluster: string;
  readonly notice: (Notice & { readonly sign: string }) | undefined;
  readonly headline: Notice & { readonly sign: string };
  readonly facts: readonly { readonly label: string; readonly text: string; readonly tone: Tone | 'plain' }[];
  readonly buttons: readonly OrderButton[];
  /** Name of the field for the reason of a pause; `undefined`: a pause is not on offer. */
  readonly reasonField: string | undefined;
  readonly zones: readonly ZoneColumn[];
  readonly steps: readonly Line[];
  readonly rollouts: readonly Line[];
  readonly held: readonly Line[];
  readonly events: readonly Line[];
  readonly footer: string;
}

export interface ViewOptions {
  readonly viewer: Viewer;
  /** ARN of the function that carries orders out. */
  readonly endpoint: string;
  readonly notice: Notice | undefined;
}

/** @param events newest first */
export function consoleView(
  overview: ClusterOverview,
  events: readonly EventRecord[],
  { viewer, endpoint, notice }: ViewOptions,
): ConsoleView {
  const { cluster, mode, asked, at } = overview;
  const place = { cluster, mode, endpoint };
  const headline = headlineOf(overview);
  return {
    theme: viewer.theme,
    cluster,
    notice: notice === undefined ? undefined : { ...notice, sign: SIGNS[notice.tone] },
    headline: { ...headline, sign: SIGNS[headline.tone] },
    facts: factsOf(overview),
    buttons: orderButtons(place),
    reasonField: mode === 'active' || mode === 'recovering' ? REASON_FIELD : undefined,
    zones: zoneColumns(overview, place),
    steps: stepsOf(overview, events, viewer),
    rollouts: rolloutLines(overview),
    held: heldLines(overview),
    events: eventLines(events, viewer),
    footer: `${asked ? 'Machines asked' : 'Machines not asked, as they did not answer in time: read from EC2 alone'} at ${timeOf(at, viewer)} (${viewer.timeZone})`,
  };
}

function headlineOf({ mode, whole, pause, recovery, lastPass, at, quorum }: ClusterOverview): Notice {
  if (mode === 'removing') return { tone: 'unsure', text: 'Being taken down' };
  if (mode === 'paused') {
    const by = pause === undefined ? '' : ` by ${pause.by}, ${age(at - pause.at)} ago: ${pause.reason}`;
    return { tone: 'unsure', text: `Paused${by}` };
  }
  if (mode === 'recovering') {
    return { tone: 'bad', text: `Recovering from ${recovery?.survivor ?? 'one manager'}, by command` };
  }
  if (quorum.state === 'lost' || quorum.state === 'split') return { tone: 'bad', text: 'No quorum' };
  if (whole) return { tone: 'good', text: 'Whole' };
  const since = lastPass?.notWholeSince;
  return { tone: 'busy', text: since === undefined ? 'Healing' : `Healing, for ${age(at - since)}` };
}

function factsOf({ quorum, groups, spec, lastPass, at }: ClusterOverview): ConsoleView['facts'] {
  const isSafe = quorum.margin !== undefined && (quorum.margin > 0 || quorum.voters === 1);
  const quorumTone = quorum.state === 'unknown' ? 'unsure' : isSafe ? 'good' : 'bad';
  return [
    { label: 'quorum', text: quorum.words, tone: quorumTone },
    ...groups.map(({ name, declared, healthy }) => ({
      label: name,
      text: `${healthy} of ${declared} healthy`,
      tone: healthy >= declared ? ('good' as const) : ('busy' as const),
    })),
    {
      label: 'declared',
      text: `version ${spec.version}, ${age(at - spec.committedAt)} ago by ${spec.committedBy}`,
      tone: 'plain',
    },
    {
      label: 'controller',
      text: lastPass === undefined ? 'has not looked yet' : `last wrote ${age(at - lastPass.at)} ago`,
      tone: lastPass === undefined ? 'unsure' : 'plain',
    },
  ];
}

/** What is said when nothing can be shown, in place of the map. */
export interface ProblemView {
  readonly theme: Viewer['theme'];
  readonly message: string;
  readonly remedy: string;
}
