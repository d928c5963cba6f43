import type { LogStore } from '../logs/log-store.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service } from '../service.ts';
import type { Queues } from '../sqs/service.ts';
import { AssetStore, type ReadPackage } from './assets.ts';
import { AsyncInvoker, AWS_RETRY_DELAYS_MS } from './async-invoker.ts';
import { extrasRoutes } from './extras-operations.ts';
import type { LambdaFunction, Permission } from './function.ts';
import { InvocationJournal } from './journal.ts';
import { functionRoutes } from './operations.ts';
import { FunctionRegistry } from './registry.ts';
import { type RestReply, type RestRequest, restService } from './rest.ts';
import { type FunctionCredentials, type RolePermits, Runner } from './runner.ts';

export interface LambdaServiceOptions {
  readonly context: RegionContext;
  readonly logs: LogStore;
  readonly queues: Queues;
  readonly credentials: (fn: LambdaFunction) => FunctionCredentials;
  /** @default every role may do everything */
  readonly permits?: RolePermits;
  /** Reads a deployment package from S3; `undefined` when there is none. @default only registered directories are known */
  readonly packages?: ReadPackage;
  /** The lab's own address for functions; `undefined` when it does not listen. */
  readonly endpoint: () => string | undefined;
  /** Follows background work and keeps its failures. */
  readonly background: (what: string, work: Promise<void>) => void;
  /** @default a minute, then two, as AWS does */
  readonly retryDelaysMs?: readonly number[];
  /** Runs of one function at the same time, unless it has its own limit. @default 1000, an account's quota on AWS */
  readonly concurrency?: number;
  /** Seconds until an idle process is ended. @default 600 */
  readonly idleSeconds?: number;
}

export interface LambdaService extends Service {
  readonly assets: AssetStore;
  readonly journal: InvocationJournal;
  /**
   * Queues an event on behalf of another service, as EventBridge does.
   * @throws ServiceError `ResourceNotFoundException`; `AccessDeniedException` when the function's policy does not allow it.
   */
  invokeFor(caller: { service: string; sourceArn: string }, arn: string, payload: string, trigger: string): void;
  /** `undelivered`: events accepted and not at their end, those that run or wait for a place included. */
  functions(): readonly { fn: LambdaFunction; processes: { busy: number; idle: number }; undelivered: number }[];
  /** Ends every process and forgets waiting events. */
  stop(): Promise<void>;
}

/** An account's concurrent executions. Source: Lambda quotas. */
const ACCOUNT_CONCURRENCY = 1000;

/** Lambda: functions run unchanged, each in a process of its own that speaks the Runtime API. */
export function createLambdaService(options: LambdaServiceOptions): LambdaService {
  const { context, logs, concurrency: limit = ACCOUNT_CONCURRENCY, permits = () => true } = options;
  const registry = new FunctionRegistry(context);
  const assets = new AssetStore(options.packages ?? (() => undefined));
  const journal = new InvocationJournal();
  const runner = new Runner({
    clock: context.clock,
    random: context.random,
    region: context.region,
    logs,
    journal,
    credentials: options.credentials,
    permits,
    endpoint: options.endpoint,
    idleMs: (options.idleSeconds ?? 600) * 1000,
  });
  const events = new AsyncInvoker({
    clock: context.clock,
    runner,
    queues: options.queues,
    permits,
    lookup(name) {
      const found = registry.find(name);
      if (found === undefined) return undefined;
      const { eventInvoke, reservedConcurrency } = found.extras;
      return { function: found.function, eventInvoke, concurrency: reservedConcurrency ?? limit };
    },
    retryDelaysMs: options.retryDelaysMs ?? AWS_RETRY_DELAYS_MS,
    complain: (fn, message) => logs.write(fn.logGroup, 'lambda', message),
    background: options.background,
  });

  async function invoke(request: RestRequest): Promise<RestReply> {
    const { function: fn, extras } = registry.get(request.name);
    const payload = typeof request.body === 'string' && request.body !== '' ? request.body : '{}';
    mustBeJson(payload);
    const requestId = runner.requestId();
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type === 'DryRun') return { status: 204, body: undefined };
    if (type === 'Event') {
      events.accept(fn.name, requestId, payload, 'asynchronous invoke');
      return { status: 202, headers: { 'x-amzn-requestid': requestId }, body: undefined };
    }
    const concurrency = extras.reservedConcurrency ?? limit;
    const outcome = await runner.run({ function: fn, requestId, payload, trigger: 'invoke', attempt: 1, concurrency });
    if (outcome === undefined) throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
    const headers: Record<string, string> = { 'x-amzn-requestid': requestId, 'x-amz-executed-version': '$LATEST' };
    if (outcome.kind === 'error') headers['x-amz-function-error'] = 'Unhandled';
    if (request.headers['x-amz-log-type'] === 'Tail') headers['x-amz-log-result'] = logTail(fn, requestId);
    return { headers, body: outcome.payload };
  }

  /** The last 4 KB of what the invocation wrote. */
  function logTail(fn: LambdaFunction, requestId: string): string {
    const lines = logs.find(fn.logGroup)?.lines ?? [];
    const start = lines.findLastIndex((line) => line.message.startsWith(`START RequestId: ${requestId}`));
    const text = lines.slice(Math.max(0, start)).map((line) => `${line.message}\n`);
    return Buffer.from(text.join('').slice(-4096)).toString('base64');
  }

  const service = restService('lambda', context, [
    ...functionRoutes({ registry, assets, runner }),
    ...extrasRoutes(registry, context.clock),
    {
      action: 'Invoke',
      method: 'POST',
      path: '/2015-03-31/functions/:name/invocations',
      raw: true,
      answer: invoke,
    },
  ]);

  return {
    ...service,
    assets,
    journal,
    invokeFor(caller, arn, payload, trigger) {
      const { function: fn, extras } = registry.get(arn);
      if (![...extras.permissions.values()].some((permission) => allows(permission, caller, context.account))) {
        throw new ServiceError(
          'AccessDeniedException',
          `${caller.service} (${caller.sourceArn}) is not authorized to perform: lambda:InvokeFunction on resource: ${fn.arn}`,
          403,
        );
      }
      events.accept(fn.name, runner.requestId(), payload, trigger);
    },
    functions: () =>
      registry.list().map(({ function: fn }) => ({
        fn,
        processes: runner.processes(fn.name),
        undelivered: events.undelivered(fn.name),
      })),
    async stop() {
      events.stop();
      await runner.end();
      await assets.clear();
    },
  };
}

function allows(permission: Permission, caller: { service: string; sourceArn: string }, account: string): boolean {
  const { action, principal, sourceArn, sourceAccount } = permission;
  return (
    ['lambda:InvokeFunction', 'lambda:*', '*'].includes(action) &&
    (principal === caller.service || principal === '*') &&
    (sourceArn === undefined || arnLike(sourceArn).test(caller.sourceArn)) &&
    (sourceAccount === undefined || sourceAccount === account)
  );
}

function arnLike(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function mustBeJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new ServiceError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
