import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceRequest, ServiceResponse } from './service.ts';

/** Requests of AWS's protocols are far smaller (Lambda takes 6 MB), but for objects put into S3: here at most a part of this size. */
const MOST_BYTES = 64 * 1024 * 1024;

/** @throws Error when the body is larger than any that the lab's services take */
export async function readRequest(message: IncomingMessage): Promise<ServiceRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    const buffer: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`request body of more than ${MOST_BYTES} bytes`);
    chunks.push(buffer);
  }
  const url = new URL(message.url ?? '/', 'http://lab');
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  const body = Buffer.concat(chunks);
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body: body.toString('utf8'),
    bytes: body,
  };
}

export function writeResponse(target: ServerResponse, response: ServiceResponse): void {
  const body = response.bytes ?? Buffer.from(response.body);
  target.writeHead(response.status, { ...response.headers, 'content-length': body.byteLength });
  target.end(body);
}
