import type { RegionContext, Service, ServiceRequest } from '../service.ts';
import { ServiceError, unknownOperation } from './service-error.ts';

/** Parameters of a Query request as they stand in its form, e.g. `Tags.member.1.Key`. */
export type QueryInput = ReadonlyMap<string, string>;

/** A value that becomes XML: a list becomes `<member>` elements, `undefined` nothing. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

export type QueryOperation = (input: QueryInput, request: ServiceRequest) => XmlValue | Promise<XmlValue>;

export interface QueryServiceOptions {
  readonly name: string;
  readonly namespace: string;
  readonly context: RegionContext;
  readonly requestId: () => string;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}

/** A service of the AWS Query protocol (form in, XML out), as IAM and STS speak it. */
export function queryService(options: QueryServiceOptions): Service {
  const { name, context } = options;
  const operations = new Map(Object.entries(options.operations));
  return {
    names: [name],
    async handle(request) {
      const input: QueryInput = new Map(new URLSearchParams(request.body));
      const action = input.get('Action') ?? '';
      const metadata = element('ResponseMetadata', { RequestId: options.requestId() });
      let error: string | undefined;
      try {
        const operation = operations.get(action);
        if (operation === undefined) throw unknownOperation(name, action);
        const result = element(`${action}Result`, await operation(input, request));
        const body = `<${action}Response xmlns="${options.namespace}">${result}${metadata}</${action}Response>`;
        return { status: 200, headers: XML, body };
      } catch (thrown) {
        if (!(thrown instanceof ServiceError)) throw thrown;
        error = thrown.code;
        const problem = element('Error', { Type: 'Sender', Code: thrown.code, Message: thrown.message });
        const id = element('RequestId', options.requestId());
        const body = `<ErrorResponse xmlns="${options.namespace}">${problem}${id}</ErrorResponse>`;
        return { status: thrown.status, headers: XML, body };
      } finally {
        context.called({ service: name, action, error });
      }
    },
  };
}

const XML = { 'content-type': 'text/xml' };

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (isList(value)) return `<${name}>${value.map((item) => element('member', item)).join('')}</${name}>`;
  if (typeof value === 'object') {
    const inner = Object.entries(value).map(([key, item]) => element(key, item));
    return `<${name}>${inner.join('')}</${name}>`;
  }
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** @throws ServiceError `ValidationError` when the parameter is missing. */
export function required(input: QueryInput, name: string): string {
  const value = input.get(name);
  if (value === undefined || value === '') throw new ServiceError('ValidationError', `parameter ${name} is required`);
  return value;
}

/** `<name>.member.1`, `<name>.member.2`, … */
export function members(input: QueryInput, name: string): string[] {
  const found: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = input.get(`${name}.member.${index}`);
    if (value === undefined) return found;
    found.push(value);
  }
}

/** `Tags.member.1.Key` and `.Value`. */
export function tagMembers(input: QueryInput): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 1; ; index += 1) {
    const key = input.get(`Tags.member.${index}.Key`);
    if (key === undefined) return found;
    found.push([key, input.get(`Tags.member.${index}.Value`) ?? '']);
  }
}
