import type { Clock } from '../../../../lib/clock.ts';
import { type Random, randomText, type Span, within } from '../../../sim/random.ts';
import { createTimers, type Timers } from '../../../sim/timers.ts';
import type { Figures } from '../figures.ts';
import type { Engine } from './engine.ts';
import { Engines } from './engines.ts';
import type { LogMark } from './log.ts';

/** A write that a client was told is done. */
export interface Acknowledged {
  readonly at: number;
  readonly entry: LogMark;
}

/** Everything the parts of the simulated Swarm share. */
export interface World {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly figures: Figures;
  /** Of machines that have power. */
  readonly engines: Engines;
  /** Those that take part in Raft: few among many. */
  readonly voting: Set<Engine>;
  readonly cuts: Cuts;
  readonly acknowledged: Acknowledged[];
  /** Number of engine processes so far. */
  runs: number;
  draw(span: Span): number;
  newId(): string;
  /** To be called after every change: brings leadership, node states and tasks in line with it. */
  settle(): void;
  /** Resolves as soon as the condition holds after a change; `false` if it does not within the time. */
  until(holds: () => boolean, milliseconds: number): Promise<boolean>;
}

/** What is cut in the network between engines. Systems Manager is not affected by it. */
export interface Cuts {
  /** Instance id to its side; machines without an entry are together on a side of their own. */
  readonly sides: Map<string, number>;
  /** Instances that can reach others but can't be reached. */
  readonly deaf: Set<string>;
}

export type Settler = (world: World) => void;

export function createWorld(
  options: { readonly clock: Clock; readonly random: Random; readonly figures: Figures },
  settlers: readonly Settler[],
): World {
  const waiting = new Set<{ readonly holds: () => boolean; readonly resolve: (held: boolean) => void }>();
  let settling = false;
  let again = false;
  const world: World = {
    ...options,
    timers: createTimers(options.clock),
    engines: new Engines(),
    voting: new Set(),
    cuts: { sides: new Map(), deaf: new Set() },
    acknowledged: [],
    runs: 0,
    draw: (span) => within(options.random, span),
    newId: () => randomText(options.random, 25, '0123456789abcdefghijklmnopqrstuvwxyz'),
    settle() {
      again = true;
      if (settling) return;
      settling = true;
      try {
        while (again) {
          again = false;
          for (const settler of settlers) settler(world);
        }
      } finally {
        settling = false;
      }
      for (const waiter of [...waiting]) if (waiter.holds()) waiter.resolve(true);
    },
    until(holds, milliseconds) {
      if (holds()) return Promise.resolve(true);
      return new Promise((resolve) => {
        const finish = (held: boolean) => {
          waiting.delete(waiter);
          timer.cancel();
          resolve(held);
        };
        const waiter = { holds, resolve: finish };
        const timer = world.timers.after(milliseconds, () => finish(holds()));
        waiting.add(waiter);
      });
    },
  };
  return world;
}

export function canReach(world: World, from: Engine, to: Engine): boolean {
  if (from === to) return true;
  if (world.cuts.deaf.has(to.instanceId)) return false;
  const { sides } = world.cuts;
  return sides.get(from.instanceId) === sides.get(to.instanceId);
}

export function inTouch(world: World, a: Engine, b: Engine): boolean {
  return canReach(world, a, b) && canReach(world, b, a);
}

/** The engine whose process runs at this address, if any. */
export function engineAt(world: World, address: string): Engine | undefined {
  return world.engines.runningAt(address);
}
