import { ServiceError } from '../protocol/service-error.ts';
import type { ServiceRequest } from '../service.ts';

/**
 * The bytes of an upload. SDKs may send them in chunks, each with its length before it and checksums at the end; signatures
 * and checksums are not looked at.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 *
 * @throws ServiceError `IncompleteBody`
 */
export function uploadedBytes(request: ServiceRequest): Uint8Array {
  const bytes = request.bytes ?? Buffer.from(request.body);
  const { 'content-encoding': encoding = '', 'x-amz-content-sha256': hash = '' } = request.headers;
  return encoding.includes('aws-chunked') || hash.startsWith('STREAMING-') ? unchunked(bytes) : bytes;
}

function unchunked(bytes: Uint8Array): Uint8Array {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Buffer[] = [];
  for (let from = 0; ; ) {
    const lineEnd = source.indexOf('\r\n', from);
    const size = Number.parseInt(source.toString('latin1', from, lineEnd), 16);
    if (lineEnd === -1 || Number.isNaN(size)) {
      throw new ServiceError('IncompleteBody', 'The chunks of the request body are not as their lengths say.');
    }
    if (size === 0) return Buffer.concat(parts);
    parts.push(source.subarray(lineEnd + 2, lineEnd + 2 + size));
    from = lineEnd + 2 + size + 2;
  }
}
