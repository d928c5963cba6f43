import type { ChangePreview, PreviewStep, StepKind } from '../../preview/change-preview.ts';
import { counted } from '../../words.ts';
import { hanging, hangingList } from '../layout.ts';
import type { Paint, Tone } from '../style.ts';

export interface PreviewLook {
  readonly paint: Paint;
  readonly columns: number | undefined;
}

const STEPS: Readonly<Record<StepKind, { readonly word: string; readonly tone: Tone }>> = {
  launch: { word: '+ launch', tone: 'good' },
  settings: { word: '~ settings', tone: 'busy' },
  'hand-over': { word: '~ hand over', tone: 'busy' },
  replace: { word: '± replace', tone: 'busy' },
  end: { word: '- end', tone: 'bad' },
};

interface Item {
  readonly lead: string;
  readonly text: string;
}

/** A dry run for people: what differs, what is done to the end, what the next pass does of it, what is not done. */
export function previewLines(preview: ChangePreview, { paint, columns }: PreviewLook): readonly string[] {
  const { changes, steps, next, held, waiting, refused } = preview;
  const block = (title: string, items: readonly Item[]): readonly string[] =>
    items.length === 0 ? [] : ['', paint('strong', title), ...hangingList(items, columns)];
  const blocks = [
    ...block(
      'Changes',
      changes.map(({ path, from, to }) => ({ lead: path.replace(/^groups\./, ''), text: `${from} → ${to}` })),
    ),
    ...block(
      'To be done',
      steps.map((step) => stepItem(step, paint)),
    ),
    ...block(
      'The next pass',
      next.map(({ does, subject, reason }) => ({ lead: subject, text: `${does}: ${reason}` })),
    ),
    ...block(
      'Held back',
      held.map(({ rule, subject, reason }) => ({ lead: subject, text: `${rule}: ${reason}` })),
    ),
    ...block(
      'Waited for',
      waiting.map(({ what, subject }) => ({ lead: subject, text: what })),
    ),
    ...(refused.length === 0 ? [] : ['', paint('bad', 'Not done')]),
    ...refused.flatMap(({ what, why, remedy }) => [
      ...hanging('  ', `${what}: ${why}.`, columns),
      ...hanging('    ', remedy, columns),
    ]),
  ];
  return blocks.slice(1);
}

function stepItem({ what, subject, count, reason }: PreviewStep, paint: Paint): Item {
  const { word, tone } = STEPS[what];
  const many = count > 1 ? ` × ${count}` : '';
  return { lead: `${paint(tone, word.padEnd(11))}  ${subject}${many}`, text: reason };
}

/** `6 machines launched, 1 replaced, none ended`. */
export function summaryOf({ launched, replaced, ended, inPlace }: ChangePreview): string {
  const parts = [
    { number: launched, word: 'launched' },
    { number: replaced, word: 'replaced' },
    { number: ended, word: 'ended' },
    { number: inPlace, word: 'changed in place' },
  ].filter(({ number }) => number > 0);
  if (parts.length === 0) return 'no machine is touched';
  return parts
    .map(({ number, word }, index) => `${index === 0 ? counted(number, 'machine') : number} ${word}`)
    .join(', ');
}
