import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants, hostname, userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { WriteStream } from 'node:tty';
import { createAlarmReader } from '../aws/alarms.ts';
import { createAwsClients } from '../aws/clients.ts';
import { locateCluster } from '../operate/locate.ts';
import { createOperator } from '../operate/operator.ts';
import { systemClock } from '../system-clock.ts';
import { CliError } from './cli-error.ts';
import type { CliWorld, Connection, Place } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds from an interruption to the end, if nothing else ends it before. */
const LINGER = 300;

/** The real one: this process's streams and environment. */
export function systemWorld(version: string): CliWorld {
  return {
    terminal: systemTerminal(),
    clock: systemClock,
    version,
    endpoint: process.env['AWS_ENDPOINT_URL'],
    readText: (path) => readFile(path, 'utf8'),
    execute,
    interruption() {
      const controller = new AbortController();
      const interrupt = (): void => {
        controller.abort();
        // An answer of AWS that is still under way is nobody's any more, and would hold the program up.
        setTimeout(() => process.exit(), LINGER).unref();
      };
      process.once('SIGINT', interrupt);
      process.once('SIGTERM', interrupt);
      return controller.signal;
    },
    connect,
  };
}

async function connect({ cluster, region, profile }: Place): Promise<Connection> {
  const aws = createAwsClients({ region, profile });
  const named = cluster ?? process.env['EVERSWARM_CLUSTER'];
  const where = await regionOf(() => aws.ssm.config.region());
  const entry = await locateCluster(aws.ssm, named === '' ? undefined : named);
  return {
    operator: createOperator({ entry, by: whoAmI(), aws, clock: systemClock }),
    region: where,
    alarms: createAlarmReader({ region, profile }, entry.cluster),
  };
}

/** What is typed there is its own, interruptions as well. */
function execute(file: string, words: readonly string[]): Promise<number | undefined> {
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  const child = spawn(file, words, { stdio: 'inherit' });
  return new Promise<number | undefined>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => process.off('SIGINT', ignore));
}

/** Of the errors of the SDK on the way to a Region, all are of the configuration, and none has a code. */
async function regionOf(read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.aws, `no Region is known: ${reason}`, 'Give --region, or set AWS_REGION.');
  }
}

/** For the history and the event log, so that colleagues know whom to ask; who it was for AWS is in CloudTrail. */
function whoAmI(): string {
  const host = hostname().split('.', 1)[0] ?? 'somewhere';
  try {
    return `${userInfo().username}@${host}`;
  } catch {
    // A container may run under a number that has no name.
    return `${process.env['USER'] ?? 'somebody'}@${host}`;
  }
}

function systemTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  return {
    out: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    write: (text) => void stdout.write(text),
    get columns() {
      return stdout.isTTY ? stdout.columns : undefined;
    },
    get rows() {
      return stdout.isTTY ? stdout.rows : undefined;
    },
    get noteColumns() {
      return stderr.isTTY ? stderr.columns : undefined;
    },
    color: mayColor(stdout),
    noteColor: mayColor(stderr),
    async ask(question) {
      if (!stdin.isTTY) return undefined;
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        // The end of what is typed, or an interruption, is an answer as well: no.
        const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
        const answer = await Promise.race([lines.question(question), ended]);
        if (answer === undefined) stderr.write('\n');
        return answer ?? '';
      } finally {
        lines.close();
      }
    },
  };
}

/** Source: https://no-color.org and https://force-color.org */
function mayColor(stream: WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return stream.isTTY && TERM !== 'dumb';
}
