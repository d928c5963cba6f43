import type { Span } from '../../lab/sim/random.ts';

/** What goes wrong by itself at the moment, as shares (0 to 1) of what happens. Mutable: faults turn it up, calm resets it. */
export interface Weather {
  /** Of each AWS call and each call of the store, milliseconds. */
  latency: Span;
  storeLatency: Span;
  /** Calls that take seconds. */
  slow: number;
  /** Refused, nothing done. */
  throttled: number;
  failed: number;
  /** Done, and the answer lost. */
  lostAnswer: number;
  /** Describe calls answered as some seconds before. */
  stale: number;
  storeFailed: number;
  storeLostAnswer: number;
  /** From a change of state to its event's coming, milliseconds. */
  eventDelay: Span;
  eventLost: number;
  eventDoubled: number;
  eventLate: number;
  commandLost: number;
  commandDoubled: number;
  commandLate: number;
  /** The script ran and is reported as failed. */
  commandFailed: number;
  outputCut: number;
  /** Invocations killed before or after a call, a share of all calls. */
  killed: number;
  frozen: number;
  /** Milliseconds by which invocations' clocks differ from the truth, to either side. */
  skew: number;
  /** Boots that fail. */
  bootFails: number;
  /** Zones that launch nothing. */
  readonly full: Set<string>;
}

export function calmWeather(): Weather {
  return {
    latency: [20, 120],
    storeLatency: [3, 12],
    slow: 0,
    throttled: 0,
    failed: 0,
    lostAnswer: 0,
    stale: 0,
    storeFailed: 0,
    storeLostAnswer: 0,
    eventDelay: [50, 900],
    eventLost: 0,
    eventDoubled: 0,
    eventLate: 0,
    commandLost: 0,
    commandDoubled: 0,
    commandLate: 0,
    commandFailed: 0,
    outputCut: 0,
    killed: 0,
    frozen: 0,
    skew: 0,
    bootFails: 0,
    full: new Set(),
  };
}
