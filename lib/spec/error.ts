/** One thing wrong with a declared cluster. */
export interface SpecProblem {
  /** Where, e.g. `groups.managers.allocation.logicalIds[1]`; empty: the document as a whole. */
  readonly path: string;
  /** The offending value as read; `undefined` when it is missing. */
  readonly value: unknown;
  /** What is wrong with it, as the end of a sentence that begins with the value: `is outside every subnet`. */
  readonly found: string;
  /** What would be right. */
  readonly allowed: string;
  /** Where in the text, both counted from 1; `undefined` when the source is no text or the value is missing. */
  readonly position: Position | undefined;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A declared cluster was refused. Nothing of it was used; its message lists every problem. */
export class SpecError extends Error {
  readonly code = 'InvalidSpec';
  readonly problems: readonly SpecProblem[];
  /** What was read, e.g. `swarm.yaml`. */
  readonly source: string;

  constructor(problems: readonly SpecProblem[], source: string) {
    super([headline(problems, source), ...problems.map((problem) => `  ${describe(problem, source)}`)].join('\n'));
    this.name = 'SpecError';
    this.problems = problems;
    this.source = source;
  }
}

/** For a terminal: every problem with the line it is on and a mark under the place. */
export function formatSpecError(
  error: SpecError,
  options: { readonly color: boolean; readonly text?: string },
): string {
  const paint = (code: number, text: string) => (options.color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const lines = options.text?.split(/\r?\n/) ?? [];
  const blocks = error.problems.map((problem) => {
    const place = [where(problem, error.source), problem.path].filter((part) => part !== '').join(' ');
    return [
      paint(1, place),
      `  ${paint(31, [quoteValue(problem), problem.found].filter((part) => part !== '').join(' '))}`,
      `  allowed: ${problem.allowed}`,
      ...excerpt(problem, lines),
    ].join('\n');
  });
  return `${paint(31, headline(error.problems, error.source))}\n\n${blocks.join('\n\n')}\n`;
}

function headline(problems: readonly SpecProblem[], source: string): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${source}: ${count} in the declared cluster; nothing of it was used`;
}

function describe(problem: SpecProblem, source: string): string {
  const subject = [problem.path === '' ? '' : `${problem.path}:`, quoteValue(problem), problem.found];
  return `${where(problem, source)} ${subject.filter((part) => part !== '').join(' ')}; allowed: ${problem.allowed}`;
}

function where(problem: SpecProblem, source: string): string {
  return problem.position === undefined ? source : `${source}:${problem.position.line}:${problem.position.column}`;
}

/** Values may be long or have line ends in them: one short line of JSON is enough to recognise them by. */
function quoteValue(problem: SpecProblem): string {
  if (problem.value === undefined) return '';
  const text = typeof problem.value === 'number' ? String(problem.value) : JSON.stringify(problem.value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

function excerpt(problem: SpecProblem, lines: readonly string[]): string[] {
  if (problem.position === undefined) return [];
  const line = lines[problem.position.line - 1];
  if (line === undefined || line.length > 160) return [];
  const margin = `  ${problem.position.line} | `;
  return [`${margin}${line}`, `${' '.repeat(margin.length + problem.position.column - 1)}^`];
}
