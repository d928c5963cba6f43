import type { Instance } from '../../lab/region/ec2/model.ts';
import { TAG } from '../../lib/names.ts';
import type { HealthBook } from './health-book.ts';
import type { Truth } from './truth.ts';

interface Parts {
  readonly truth: Truth;
  readonly health: HealthBook;
  now(): number;
  /** How old the controller's knowledge may be when it acts, milliseconds. */
  readonly knowledge: number;
}

interface Excess {
  readonly count: number;
  readonly until: number;
}

/** How many machines of the groups that count by size are more than declared, or were when the controller last looked. */
export class Surplus {
  readonly #parts: Parts;
  /** By group: how many machines more than declared there are, and how many there lately were, and until when. */
  readonly #tooMany = new Map<string, number>();
  readonly #tooManyLately = new Map<string, readonly Excess[]>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A machine is too many from the moment on at which the number is lowered, and not only when another one changes. */
  count(): void {
    const { truth, health, now } = this.#parts;
    for (const [group, { allocation }] of Object.entries(truth.spec.groups)) {
      if (allocation.kind !== 'size') continue;
      const count = this.#tooMany.get(group) ?? 0;
      if (count > 0) this.#tooManyLately.set(group, [...this.#lately(group), { count, until: now() }]);
      this.#tooMany.set(group, truth.herd(group).length - health.smallestSize(group));
    }
  }

  /** Is there one too many in the group? @param before machines that the same call ends, too */
  isLeft(group: string, before: readonly Instance[]): boolean {
    const { truth, health } = this.#parts;
    const staying = truth.herd(group).filter((one) => !before.includes(one));
    if (staying.length > health.smallestSize(group)) return true;
    const ended = before.filter(({ tags }) => tags.get(TAG.group) === group).length;
    return this.#lately(group).some(({ count }) => ended < count);
  }

  /** What the controller may still know of how many were too many. */
  #lately(group: string): readonly Excess[] {
    const oldest = this.#parts.now() - this.#parts.knowledge;
    return (this.#tooManyLately.get(group) ?? []).filter(({ until }) => until > oldest);
  }
}
