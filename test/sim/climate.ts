import type { Dice } from './dice.ts';
import type { Weather } from './weather.ts';

/** What goes wrong all the time while a fault is on: by name, with how bad it can be. */
export const CLIMATES = {
  'ec2-throttled': (weather, dice) => {
    weather.throttled = dice.random() * 0.4;
  },
  'calls-fail': (weather, dice) => {
    weather.failed = dice.random() * 0.3;
  },
  'answers-lost': (weather, dice) => {
    weather.lostAnswer = dice.random() * 0.2;
  },
  'calls-slow': (weather, dice) => {
    weather.slow = dice.random() * 0.2;
    weather.latency = [20, dice.within([200, 2_000])];
  },
  'reads-stale': (weather, dice) => {
    weather.stale = dice.random() * 0.4;
  },
  'table-throttled': (weather, dice) => {
    weather.storeFailed = dice.random() * 0.2;
  },
  'table-answers-lost': (weather, dice) => {
    weather.storeLostAnswer = dice.random() * 0.1;
  },
  'table-slow': (weather, dice) => {
    weather.storeLatency = [5, dice.within([100, 3_000])];
  },
  'events-lost': (weather, dice) => {
    weather.eventLost = dice.random();
  },
  'events-doubled': (weather, dice) => {
    weather.eventDoubled = dice.random();
  },
  'events-late': (weather, dice) => {
    weather.eventLate = dice.random();
  },
  /** Two changes a second apart may come to the function in either order. */
  'events-out-of-order': (weather, dice) => {
    weather.eventDelay = [50, dice.within([5_000, 30_000])];
  },
  'commands-lost': (weather, dice) => {
    weather.commandLost = dice.random() * 0.4;
  },
  'commands-doubled': (weather, dice) => {
    weather.commandDoubled = dice.random() * 0.5;
  },
  'commands-late': (weather, dice) => {
    weather.commandLate = dice.random() * 0.4;
  },
  'scripts-break-off': (weather, dice) => {
    weather.commandFailed = dice.random() * 0.3;
  },
  'output-cut-off': (weather, dice) => {
    weather.outputCut = dice.random() * 0.3;
  },
  'function-dies-often': (weather, dice) => {
    weather.killed = dice.random() * 0.05;
  },
  'function-freezes-often': (weather, dice) => {
    weather.frozen = dice.random() * 0.01;
  },
  'clocks-differ': (weather, dice) => {
    // Two of them differ by no more than the lease allows for: lib/store/lease.ts.
    weather.skew = dice.random() * 2_400;
  },
  'boots-fail': (weather, dice) => {
    weather.bootFails = dice.random() * 0.5;
  },
} satisfies Readonly<Record<string, (weather: Weather, dice: Dice) => void>>;

export type ClimateKind = keyof typeof CLIMATES;
