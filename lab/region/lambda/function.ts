/** A Lambda function as configured. Replaced as a whole by an update; `revision` tells its processes apart. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  readonly revision: string;
  readonly runtime: string;
  readonly handler: string;
  readonly roleArn: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly architectures: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly code: FunctionCode;
  readonly deadLetterArn: string | undefined;
  readonly logGroup: string;
  /** Kept and shown, without effect in the lab. */
  readonly kept: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export interface FunctionCode {
  /** The unpacked asset. */
  readonly directory: string;
  readonly bucket: string;
  readonly key: string;
}

/** What goes with a function and is changed on its own. */
export interface FunctionExtras {
  readonly permissions: Map<string, Permission>;
  readonly tags: Map<string, string>;
  eventInvoke: EventInvokeConfig | undefined;
  reservedConcurrency: number | undefined;
}

export interface Permission {
  readonly sid: string;
  /** A service (`events.amazonaws.com`), an account or an ARN. */
  readonly principal: string;
  readonly action: string;
  readonly sourceArn: string | undefined;
  readonly sourceAccount: string | undefined;
}

export interface EventInvokeConfig {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
  readonly modifiedAt: number;
}

/** Two retries, six hours. Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const DEFAULT_EVENT_INVOKE: Omit<EventInvokeConfig, 'modifiedAt'> = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
  onSuccess: undefined,
  onFailure: undefined,
};

/** How one invocation ended. `payload` is what the caller gets: the result, or the error as JSON. */
export type Outcome =
  | { readonly kind: 'success'; readonly payload: string }
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string; readonly payload: string };

/** What one invocation took. */
export interface Measured {
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** Only of an invocation that started its process. */
  readonly initMs: number | undefined;
  /** Peak resident memory of the process, MiB; `undefined` where the system does not tell (no `/proc`). */
  readonly maxMemoryMb: number | undefined;
}

export function failure(errorType: string, errorMessage: string): Outcome {
  return { kind: 'error', errorType, errorMessage, payload: JSON.stringify({ errorType, errorMessage }) };
}
