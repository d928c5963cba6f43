import { parseJsonObject } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service, ServiceRequest, ServiceResponse } from '../service.ts';

export interface RestRequest {
  /** The function: a name or an ARN. Empty where the path has none. */
  readonly name: string;
  /** What the path has after it, e.g. a statement's id. */
  readonly rest: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface RestReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, `undefined` as an empty body, all else as JSON. */
  readonly body: unknown;
}

export interface Route {
  readonly action: string;
  readonly method: string;
  /** With `:name` and `:rest` for one segment each. */
  readonly path: string;
  /** The body is passed as text, not as a JSON object. */
  readonly raw?: boolean;
  answer(request: RestRequest): RestReply | Promise<RestReply>;
}

/** A service of the REST-JSON protocol: method and path are the operation, the error's code is in a header. */
export function restService(name: string, context: RegionContext, routes: readonly Route[]): Service {
  const compiled = routes.map((route) => ({ route, matcher: matcherOf(route.path) }));

  async function handle(request: ServiceRequest): Promise<ServiceResponse> {
    const path = request.path.replace(/\/$/, '');
    const hit = compiled
      .map(({ route, matcher }) => ({ route, match: route.method === request.method ? matcher.exec(path) : null }))
      .find(({ match }) => match !== null);
    let error: string | undefined;
    try {
      if (hit === undefined) {
        const asked = `${request.method} ${request.path}`;
        throw new ServiceError('UnknownOperationException', `the lab's ${name} has no operation for ${asked}`, 404);
      }
      const reply = await hit.route.answer({
        name: decodeURIComponent(hit.match?.groups?.['name'] ?? ''),
        rest: decodeURIComponent(hit.match?.groups?.['rest'] ?? ''),
        query: request.query,
        headers: request.headers,
        body: hit.route.raw === true ? request.body : parseJsonObject(request.body),
      });
      return {
        status: reply.status ?? 200,
        headers: { 'content-type': 'application/json', ...reply.headers },
        body: bodyText(reply.body),
      };
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      error = thrown.code;
      return {
        status: thrown.status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': thrown.code },
        body: JSON.stringify({ Type: 'User', Message: thrown.message, message: thrown.message }),
      };
    } finally {
      context.called({ service: name, action: hit?.route.action ?? `${request.method} ${request.path}`, error });
    }
  }

  return { names: [name], handle };
}

function matcherOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(name|rest)/g, '(?<$1>[^/]+)')}$`);
}

function bodyText(body: unknown): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}
