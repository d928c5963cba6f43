import type { EC2ClientConfig } from '@aws-sdk/client-ec2';

import type { ServiceRequest, ServiceResponse } from './service.ts';

/** What an unchanged SDK v3 client takes as its `requestHandler`. */
export type SdkRequestHandler = Extract<
  NonNullable<EC2ClientConfig['requestHandler']>,
  { handle(...args: never[]): unknown }
>;

/** What is read of a request; the SDK's own type of it is not exported by its clients. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
type SdkAnswer = Awaited<ReturnType<SdkRequestHandler['handle']>>;

/** Hands an SDK client's requests to the region in process, with no socket. */
export function requestHandler(handle: (request: ServiceRequest) => Promise<ServiceResponse>): SdkRequestHandler {
  return {
    async handle(request: SdkRequest): Promise<SdkAnswer> {
      const { status, headers, body, bytes } = await handle(await toServiceRequest(request));
      const sent = bytes ?? new TextEncoder().encode(body);
      return { response: { statusCode: status, headers: { ...headers }, body: sent } };
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

async function toServiceRequest(request: SdkRequest): Promise<ServiceRequest> {
  const query = Object.entries(request.query ?? {}).flatMap(([name, value]): [string, string][] => {
    return [[name, typeof value === 'string' ? value : (value ?? []).join(',')]];
  });
  return {
    method: request.method,
    path: request.path,
    query: Object.fromEntries(query),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: await bodyText(request.body),
    ...(request.body instanceof Uint8Array ? { bytes: request.body } : {}),
  };
}

/** Bodies are text or bytes; the lab's services take no streams. */
async function bodyText(body: unknown): Promise<string> {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  throw new TypeError(`the lab takes request bodies as text or bytes, not ${Object.prototype.toString.call(body)}`);
}
