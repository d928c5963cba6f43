import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MAX_ANSWER_BYTES } from './protocol.ts';

/** Stands in for the S3 bucket to which providers of custom resources PUT their answers. */
export interface ResponseServer {
  /** A new address, and the body that is PUT there first. */
  expect(id: string): { readonly url: string; readonly body: Promise<string>; forget(): void };
  close(): Promise<void>;
}

type Deliver = (body: string) => void;

/** Listens on a free port of the loopback interface: a function's process runs on this machine. */
export async function startResponseServer(): Promise<ResponseServer> {
  const expected = new Map<string, Deliver>();
  const server = createServer((request, response) => {
    receive(request, response, expected).catch((error: unknown) => {
      // The provider hung up half-way: there is nobody to answer, and the wait for the answer goes on.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${portOf(server)}`;
  return {
    expect: (id) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      expected.set(`/${id}`, resolve);
      return { url: `${origin}/${id}`, body: promise, forget: () => expected.delete(`/${id}`) };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  expected: ReadonlyMap<string, Deliver>,
): Promise<void> {
  const deliver = expected.get(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
  if (request.method !== 'PUT' || deliver === undefined) {
    // As S3 does with a wrong or expired signature.
    response.writeHead(403).end('AccessDenied: no answer is expected here');
    request.resume();
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    // More than can be used is counted in, so that it is seen to be too long, but not kept without end.
    if (size <= 16 * MAX_ANSWER_BYTES) {
      chunks.push(bytes);
    }
  }
  response.writeHead(200).end();
  deliver(Buffer.concat(chunks).toString('utf8'));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError(`a TCP server has an address with a port, not ${String(address)}`);
  }
  return address.port;
}
