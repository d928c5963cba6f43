import { few } from '../few.ts';
import type { Action, Plan } from '../plan/action.ts';
import { actionInWords, concernedBy } from '../preview/action-words.ts';
import { isBookkeeping, subjectInWords } from '../preview/next-actions.ts';

/** One thing that is done, held back, or waited for, as a clause: `attach its disk: i-1 runs and waits for it`. */
export interface Note {
  readonly kind: 'doing' | 'held' | 'waiting';
  readonly text: string;
}

export interface NoteElsewhere extends Note {
  readonly subject: string;
}

/** What a plan says of one thing, by any of the names it is known by. */
export interface Notes {
  /** What is done first. Remembers what was told. */
  about(names: readonly string[]): readonly Note[];
  /** What was never told: it is about things that nobody asked about. */
  elsewhere(): readonly NoteElsewhere[];
}

interface Entry extends Note {
  readonly subjects: readonly string[];
  /** For `elsewhere`. */
  readonly subject: string;
}

export function notesOf(plan: Plan): Notes {
  const entries: readonly Entry[] = [
    ...plan.actions.filter((action) => !isBookkeeping(action)).map(entryOf),
    ...plan.held.map(({ rule, subject, reason }) => ({
      kind: 'held' as const,
      text: `${rule}: ${reason}`,
      subjects: [subject],
      subject,
    })),
    ...plan.waiting.map(({ what, subject }) => ({
      kind: 'waiting' as const,
      text: `waits for ${what}`,
      subjects: [subject],
      subject,
    })),
  ];
  const bySubject = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const subject of entry.subjects) {
      const known = bySubject.get(subject);
      if (known === undefined) bySubject.set(subject, [entry]);
      else known.push(entry);
    }
  }
  const told = new Set<Entry>();
  return {
    about(names) {
      const own = new Set(names.flatMap((name) => bySubject.get(name) ?? []));
      for (const entry of own) told.add(entry);
      return [...own].map(({ kind, text }) => ({ kind, text }));
    },
    elsewhere: () =>
      entries.filter((entry) => !told.has(entry)).map(({ kind, text, subject }) => ({ kind, text, subject })),
  };
}

function entryOf(action: Action): Entry {
  const text = `${actionInWords(action)}: ${action.reason}`;
  const subjects = concernedBy(action);
  return { kind: 'doing', text, subjects, subject: subjects.length > 1 ? few(subjects) : subjectInWords(action) };
}
