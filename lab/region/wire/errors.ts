import type { ServiceError } from '../protocol/service-error.ts';
import type { ServiceRequest, ServiceResponse } from '../service.ts';
import { escapeXml } from './xml.ts';

/** How a service's errors look on the wire. Source: Smithy's AWS protocols `ec2Query`, `awsQuery`, `restXml`, `restJson1`, `awsJson`. */
type ErrorShape = 'ec2' | 'query' | 'rest-xml' | 'json';

function errorShape(service: string): ErrorShape {
  switch (service) {
    case 'ec2':
      return 'ec2';
    case 'iam':
    case 'sts':
    case 'cloudformation':
      return 'query';
    case 's3':
      return 'rest-xml';
    default:
      return 'json';
  }
}

/** The error in the service's own protocol. */
export function errorResponse(service: string, error: ServiceError, requestId: string): ServiceResponse {
  const shape = errorShape(service);
  if (shape === 'json') {
    return {
      status: error.status,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amzn-errortype': error.code,
        'x-amzn-requestid': requestId,
      },
      body: JSON.stringify({ __type: error.code, message: error.message }),
    };
  }
  const detail = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  const bodies = {
    ec2: `<Response><Errors><Error>${detail}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    query: `<ErrorResponse><Error><Type>Sender</Type>${detail}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    'rest-xml': `<Error>${detail}<RequestId>${requestId}</RequestId></Error>`,
  };
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${bodies[shape]}`,
  };
}

/** The operation that a request asks for, in any of the protocols: target header, `Action` parameter, or method and path. */
export function requestedAction(request: ServiceRequest): string {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return target.slice(target.lastIndexOf('.') + 1);
  const action = request.query['Action'] ?? /(?:^|&)Action=([A-Za-z0-9]+)/.exec(request.body)?.[1];
  return action ?? `${request.method} ${request.path}`;
}

/** The error code in an answer, for the journal; `undefined` for a success. */
export function answeredError(response: ServiceResponse): string | undefined {
  if (response.status < 400) return undefined;
  const header = response.headers['x-amzn-errortype'];
  if (header !== undefined) return header;
  const found = /<Code>([^<]+)<\/Code>|"__type"\s*:\s*"(?:[^"]*#)?([^"]+)"/.exec(response.body);
  return found?.[1] ?? found?.[2] ?? `HTTP ${response.status}`;
}
