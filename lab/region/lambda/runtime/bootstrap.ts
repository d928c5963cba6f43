/**
 * The program that a function's process runs: what AWS's Node.js runtime does, over the same Runtime API.
 * It loads `_HANDLER` from `LAMBDA_TASK_ROOT`, then asks for one event after the other until it is ended.
 * It imports nothing of the lab: the process holds the function's code and this.
 * Source of the API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { existsSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

type Handler = (event: unknown, context: LambdaContext) => unknown;

interface LambdaContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const api = `http://${variable('AWS_LAMBDA_RUNTIME_API')}/2018-06-01/runtime`;
let requestId = '';

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new RuntimeError('Runtime.EnvironmentError', `${name} is not set`);
  return value;
}

/** `index.handler` is the export `handler` of `index.mjs`, `index.js` or `index.cjs` in the code directory. */
async function loadHandler(): Promise<Handler> {
  const [, module = '', name = ''] = /^(.*)\.([^.]+)$/.exec(variable('_HANDLER')) ?? [];
  const base = join(variable('LAMBDA_TASK_ROOT'), module);
  const file = ['.mjs', '.js', '.cjs'].map((extension) => base + extension).find((path) => existsSync(path));
  if (file === undefined) {
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  }
  const loaded: Record<string, unknown> = await import(pathToFileURL(file).href);
  const inDefault: unknown = loaded['default'];
  const handler =
    loaded[name] ??
    (typeof inDefault === 'object' && inDefault !== null
      ? Object.getOwnPropertyDescriptor(inDefault, name)?.value
      : undefined);
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${variable('_HANDLER')} is undefined or not exported`);
  }
  return handler;
}

function describe(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

async function post(path: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(api + path, { method: 'POST', body, headers });
  if (!response.ok) throw new Error(`the Runtime API answered ${response.status} to ${path}`);
}

async function postError(path: string, error: unknown): Promise<void> {
  const described = describe(error);
  await post(path, JSON.stringify(described), { 'lambda-runtime-function-error-type': described.errorType });
}

/** Waits for as long as nothing is to be done. `fetch` would give up after five minutes. */
function nextEvent(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${api}/invocation/next`, { agent: false }, resolve).once('error', reject);
  });
}

function header({ headers }: IncomingMessage, name: string): string {
  return String(headers[name] ?? '');
}

function contextOf(next: IncomingMessage): LambdaContext {
  const deadline = Number(header(next, 'lambda-runtime-deadline-ms'));
  return {
    functionName: variable('AWS_LAMBDA_FUNCTION_NAME'),
    functionVersion: variable('AWS_LAMBDA_FUNCTION_VERSION'),
    invokedFunctionArn: header(next, 'lambda-runtime-invoked-function-arn'),
    memoryLimitInMB: variable('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
    awsRequestId: requestId,
    logGroupName: variable('AWS_LAMBDA_LOG_GROUP_NAME'),
    logStreamName: variable('AWS_LAMBDA_LOG_STREAM_NAME'),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function serveNext(handler: Handler): Promise<void> {
  const next = await nextEvent();
  if (next.statusCode !== 200) throw new Error(`the Runtime API answered ${next.statusCode} to next`);
  requestId = header(next, 'lambda-runtime-aws-request-id');
  process.env['_X_AMZN_TRACE_ID'] = header(next, 'lambda-runtime-trace-id');
  const event: unknown = JSON.parse(await text(next));
  let result: unknown;
  try {
    result = await handler(event, contextOf(next));
  } catch (error) {
    console.error('Invoke Error', JSON.stringify(describe(error)));
    await postError(`/invocation/${requestId}/error`, error);
    return;
  }
  await post(`/invocation/${requestId}/response`, JSON.stringify(result ?? null));
}

/** AWS's text format: time, request id and level before each message of `console`, tabs between. */
function patchConsole(): void {
  for (const level of ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const) {
    const label = level === 'log' ? 'INFO' : level.toUpperCase();
    const stream = level === 'warn' || level === 'error' ? process.stderr : process.stdout;
    console[level] = (...values: unknown[]) => {
      const text = values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ');
      stream.write(
        `${new Date().toISOString()}\t${requestId || 'undefined'}\t${label}\t${text.replaceAll('\n', '\r')}\n`,
      );
    };
  }
}

patchConsole();
let handler: Handler;
try {
  handler = await loadHandler();
} catch (error) {
  console.error('Uncaught Exception', JSON.stringify(describe(error)));
  await postError('/init/error', error);
  process.exit(1);
}
for (;;) await serveNext(handler);
