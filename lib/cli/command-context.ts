import type { RingingAlarm } from '../aws/alarms.ts';
import type { Clock } from '../clock.ts';
import type { Operator } from '../operate/operator.ts';
import type { Format } from './output.ts';
import type { Paint } from './style.ts';
import type { Terminal } from './terminal.ts';

/** Where to look for the cluster. */
export interface Place {
  readonly cluster: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

export interface Connection {
  readonly operator: Operator;
  readonly region: string;
  /** Of this cluster, those that ring. @throws AWS's errors */
  alarms(): Promise<readonly RingingAlarm[]>;
}

/** What the command line needs of the world. */
export interface CliWorld {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Of this program. */
  readonly version: string;
  /** Where calls go instead of to AWS, if anywhere. */
  readonly endpoint: string | undefined;
  /** @throws Error with a `code` of Node.js, e.g. `ENOENT` */
  readText(path: string): Promise<string>;
  /** Runs a program in this terminal. @returns its exit code, or `undefined`: there is no such program */
  execute(file: string, words: readonly string[]): Promise<number | undefined>;
  /** From now on an interruption (Ctrl-C) does not end the program, but aborts this. */
  interruption(): AbortSignal;
  /** @throws OperateError, AWS's errors */
  connect(place: Place): Promise<Connection>;
}

/** One command at work. */
export interface CommandContext {
  readonly world: CliWorld;
  readonly terminal: Terminal;
  readonly format: Format;
  /** For results. */
  readonly paint: Paint;
  /** Don't ask before something is changed. */
  readonly yes: boolean;
  connect(): Promise<Connection>;
}
