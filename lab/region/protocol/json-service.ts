import type { RegionContext, Service, ServiceRequest, ServiceResponse } from '../service.ts';
import { ServiceError, unknownOperation } from './service-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What an operation answers; `undefined` is an empty body, as some operations have it. */
export type JsonOperation = (input: JsonObject) => JsonObject | undefined | Promise<JsonObject | undefined>;

export interface JsonServiceOptions {
  readonly name: string;
  /** Signing names; default: `[name]`. */
  readonly names?: readonly string[];
  readonly version: '1.0' | '1.1';
  readonly context: RegionContext;
  readonly operations: Readonly<Record<string, JsonOperation>>;
}

/** A service of the AWS JSON protocol: the operation is in `X-Amz-Target`, the error's code in `__type`. */
export function jsonService(options: JsonServiceOptions): Service {
  const { name, context } = options;
  const operations = new Map(Object.entries(options.operations));

  async function handle(request: ServiceRequest): Promise<ServiceResponse> {
    const action = targetOperation(request);
    let error: string | undefined;
    try {
      const operation = operations.get(action);
      if (operation === undefined) throw unknownOperation(name, action);
      return answer(options.version, 200, await operation(parseJsonObject(request.body)));
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      error = thrown.code;
      return {
        ...answer(options.version, thrown.status, { __type: thrown.code, message: thrown.message }),
      };
    } finally {
      context.called({ service: name, action, error });
    }
  }

  return { names: options.names ?? [name], handle };
}

/** The operation named in `X-Amz-Target: <prefix>.<operation>`; empty when there is none. */
export function targetOperation(request: ServiceRequest): string {
  const target = request.headers['x-amz-target'] ?? '';
  return target.slice(target.lastIndexOf('.') + 1);
}

/** @throws ServiceError `SerializationException` when the text is no JSON object. */
export function parseJsonObject(text: string): JsonObject {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ServiceError('SerializationException', `the request body is no JSON: ${String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ServiceError('SerializationException', 'the request body must be a JSON object');
  }
  return value as JsonObject;
}

function answer(version: string, status: number, body: JsonObject | undefined): ServiceResponse {
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}
