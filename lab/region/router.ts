import type { Background } from './background.ts';
import type { Caller, CallLog } from './call-log.ts';
import type { CredentialBook, Principal } from './credentials.ts';
import { uuid } from './ids.ts';
import { ServiceError } from './protocol/service-error.ts';
import type { RegionContext, Service, ServiceRequest, ServiceResponse } from './service.ts';
import { answeredError, errorResponse, requestedAction } from './wire/errors.ts';

/** A call that is about to be answered. */
export interface PendingCall {
  readonly service: string;
  readonly action: string;
  readonly principal: Principal | undefined;
  readonly request: ServiceRequest;
}

/** A call and what it was answered. */
export interface AnsweredCall extends PendingCall {
  readonly response: ServiceResponse;
}

/** Looks at calls before their service does; an error that it returns is the answer. For permissions and for faults. */
export type Interceptor = (call: PendingCall) => ServiceError | undefined | Promise<ServiceError | undefined>;

interface RouterParts {
  readonly context: RegionContext;
  readonly log: CallLog;
  readonly credentials: CredentialBook;
  readonly background: Background;
  readonly callMilliseconds: number;
}

/** Sends a request to its service, by the name in its signature's credential scope. Signatures are not checked. */
export class Router {
  readonly #parts: RouterParts;
  readonly #services = new Map<string, Service>();
  readonly #interceptors = new Set<Interceptor>();
  readonly #listeners = new Set<(call: AnsweredCall) => void>();

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  /** @throws Error when another service has one of the names */
  register(service: Service): void {
    for (const name of service.names) {
      if (this.#services.has(name))
        throw new Error(`the region has a service "${name}" already; each name is registered once`);
    }
    for (const name of service.names) this.#services.set(name, service);
  }

  intercept(interceptor: Interceptor): () => void {
    this.#interceptors.add(interceptor);
    return () => this.#interceptors.delete(interceptor);
  }

  /** Told of every call, whole. Returns the way to stop. */
  onAnswer(listener: (call: AnsweredCall) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const scope = credentialScope(request);
    const service = scope?.service ?? 'unknown';
    const known = scope === undefined ? undefined : this.#parts.credentials.find(scope.accessKeyId);
    const caller: Caller = { principal: known?.principal, userAgent: request.headers['user-agent'] };
    const action = requestedAction(request);
    const call = { service, action, principal: known?.principal, request };
    const answered = await this.#parts.log.during(
      caller,
      () => this.#answer(call, known?.expired ?? false),
      (response) => ({ service, action, error: answeredError(response) }),
    );
    for (const listener of this.#listeners) listener({ ...call, response: answered });
    return answered;
  }

  async #answer(call: PendingCall, expired: boolean): Promise<ServiceResponse> {
    const { context, callMilliseconds, background } = this.#parts;
    try {
      if (callMilliseconds > 0) await context.clock.sleep(callMilliseconds);
      if (expired) throw expiredError(call.service);
      const service = this.#services.get(call.service);
      if (service === undefined) throw this.#unknownService(call);
      for (const interceptor of this.#interceptors) {
        const error = await interceptor(call);
        if (error !== undefined) throw error;
      }
      return await service.handle(call.request);
    } catch (thrown) {
      if (thrown instanceof ServiceError) return errorResponse(call.service, thrown, uuid(context.random));
      background.fail(`${call.service} ${call.action}`, thrown);
      const internal = new ServiceError(
        'InternalFailure',
        `The lab failed to answer ${call.action}: ${String(thrown)}`,
        500,
      );
      return errorResponse(call.service, internal, uuid(context.random));
    }
  }

  #unknownService({ service }: PendingCall): ServiceError {
    const names = [...this.#services.keys()].sort().join(', ');
    return new ServiceError(
      'UnknownOperationException',
      service === 'unknown'
        ? `The request carries no AWS signature (Authorization header), so that its service can't be told. Services here: ${names}.`
        : `The lab has no service "${service}". It has ${names}.`,
    );
  }
}

function expiredError(service: string): ServiceError {
  const code = service === 'ec2' ? 'RequestExpired' : 'ExpiredTokenException';
  return new ServiceError(code, 'The security token included in the request is expired', 400);
}

/** `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`, in the header or in a presigned query. */
function credentialScope(
  request: ServiceRequest,
): { readonly accessKeyId: string; readonly service: string } | undefined {
  const text = request.headers['authorization'] ?? `Credential=${request.query['X-Amz-Credential'] ?? ''}`;
  const found = /Credential=([^/,\s]+)\/\d{8}\/[^/,\s]+\/([^/,\s]+)\/aws4_request/.exec(text);
  const [accessKeyId, service] = [found?.[1], found?.[2]];
  return accessKeyId === undefined || service === undefined ? undefined : { accessKeyId, service };
}
