import type { Clock } from '../../../lib/clock.ts';

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: string;
  readonly message: string;
  /** Grows by one with each line of the group, from 1. */
  readonly number: number;
}

export interface LogGroup {
  readonly name: string;
  readonly createdAt: number;
  retentionDays: number | undefined;
  readonly tags: Map<string, string>;
  readonly lines: LogLine[];
  written: number;
}

/** Log lines by group. Each group keeps its newest 20,000 lines. */
export class LogStore {
  readonly #clock: Clock;
  readonly #groups = new Map<string, LogGroup>();
  readonly #listeners = new Set<(group: string, line: LogLine) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The group; made when it is not there, as Lambda does at a function's first line. */
  ensure(name: string): LogGroup {
    const existing = this.#groups.get(name);
    if (existing !== undefined) return existing;
    const group: LogGroup = {
      name,
      createdAt: this.#clock.now(),
      retentionDays: undefined,
      tags: new Map(),
      lines: [],
      written: 0,
    };
    this.#groups.set(name, group);
    return group;
  }

  find(name: string): LogGroup | undefined {
    return this.#groups.get(name);
  }

  list(): readonly LogGroup[] {
    return [...this.#groups.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  }

  remove(name: string): void {
    this.#groups.delete(name);
  }

  write(name: string, stream: string, message: string): void {
    const group = this.ensure(name);
    group.written += 1;
    const line: LogLine = { at: this.#clock.now(), stream, message, number: group.written };
    group.lines.push(line);
    if (group.lines.length > MAX_LINES) group.lines.splice(0, group.lines.length - MAX_LINES);
    for (const listener of this.#listeners) listener(name, line);
  }

  /** Told of every line; returns the way to stop. */
  onLine(listener: (group: string, line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const MAX_LINES = 20_000;
