import { uuid } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext } from '../service.ts';
import type { FunctionCode, FunctionExtras, LambdaFunction } from './function.ts';
import type { Settings } from './inputs.ts';

export interface Registered {
  function: LambdaFunction;
  readonly extras: FunctionExtras;
}

/** The Region's functions by name. */
export class FunctionRegistry {
  readonly #context: RegionContext;
  readonly #byName = new Map<string, Registered>();

  constructor(context: RegionContext) {
    this.#context = context;
  }

  /** @param reference name, `name:$LATEST` or ARN. @throws ServiceError `ResourceNotFoundException` */
  get(reference: string): Registered {
    const found = this.find(reference);
    if (found !== undefined) return found;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Function not found: ${this.arn(functionName(reference))}`,
      404,
    );
  }

  find(reference: string): Registered | undefined {
    return this.#byName.get(functionName(reference));
  }

  list(): readonly Registered[] {
    return [...this.#byName.values()].toSorted((a, b) => a.function.name.localeCompare(b.function.name));
  }

  add(name: string, settings: Settings, code: FunctionCode, architectures: readonly string[]): Registered {
    if (this.#byName.has(name)) {
      throw new ServiceError('ResourceConflictException', `Function already exist: ${name}`, 409);
    }
    const blank: LambdaFunction = {
      name,
      arn: this.arn(name),
      revision: '',
      runtime: '',
      handler: '',
      roleArn: '',
      description: '',
      timeoutSeconds: 3,
      memoryMb: 128,
      architectures,
      environment: {},
      code,
      deadLetterArn: undefined,
      logGroup: `/aws/lambda/${name}`,
      kept: {},
      modifiedAt: 0,
    };
    const registered: Registered = {
      function: this.#revised({ ...blank, ...merged(blank, settings) }),
      extras: { permissions: new Map(), tags: new Map(), eventInvoke: undefined, reservedConcurrency: undefined },
    };
    this.#byName.set(name, registered);
    return registered;
  }

  configure(registered: Registered, settings: Settings): void {
    registered.function = this.#revised({ ...registered.function, ...merged(registered.function, settings) });
  }

  replaceCode(registered: Registered, code: FunctionCode, architectures: readonly string[] | undefined): void {
    const next = { ...registered.function, code, architectures: architectures ?? registered.function.architectures };
    registered.function = this.#revised(next);
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }

  arn(name: string): string {
    return `arn:aws:lambda:${this.#context.region}:${this.#context.account}:function:${name}`;
  }

  #revised(fn: LambdaFunction): LambdaFunction {
    return { ...fn, revision: uuid(this.#context.random), modifiedAt: this.#context.clock.now() };
  }
}

/** The settings that were given, over those that were there. */
function merged(before: LambdaFunction, settings: Settings): Partial<LambdaFunction> {
  const { TracingConfig, EphemeralStorage, KMSKeyArn, LoggingConfig } = settings;
  return {
    runtime: settings.Runtime ?? before.runtime,
    handler: settings.Handler ?? before.handler,
    roleArn: settings.Role ?? before.roleArn,
    description: settings.Description ?? before.description,
    timeoutSeconds: settings.Timeout ?? before.timeoutSeconds,
    memoryMb: settings.MemorySize ?? before.memoryMb,
    environment: settings.Environment === undefined ? before.environment : (settings.Environment.Variables ?? {}),
    // An empty target takes the queue away.
    deadLetterArn: (settings.DeadLetterConfig?.TargetArn ?? before.deadLetterArn) || undefined,
    logGroup: LoggingConfig?.LogGroup ?? before.logGroup,
    kept: {
      ...before.kept,
      ...Object.fromEntries(
        Object.entries({ TracingConfig, EphemeralStorage, KMSKeyArn, LoggingConfig }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
    },
  };
}

/** `arn:aws:lambda:…:function:name:qualifier`, `name:qualifier` or `name`. */
function functionName(reference: string): string {
  const bare = reference.replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, '');
  return bare.split(':')[0] ?? bare;
}
