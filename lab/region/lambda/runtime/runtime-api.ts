import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** An event on its way into the process. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/** What the process says. */
export type RuntimeReport =
  /** It asks for an event: init is over, or the last event is done. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'response'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'init-error'; readonly payload: string };

/**
 * The Lambda Runtime API for one process, on a loopback port of its own.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #report: (report: RuntimeReport) => void;
  readonly #server: Server;
  #waiting: ServerResponse | undefined;

  constructor(report: (report: RuntimeReport) => void) {
    this.#report = report;
    this.#server = createServer((request, response) => this.#serve(request, response));
    // The process waits in `next` for as long as nothing is to be done.
    this.#server.requestTimeout = 0;
    this.#server.timeout = 0;
  }

  /** @returns `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the Runtime API got no TCP port');
    return `127.0.0.1:${address.port}`;
  }

  /** Is the process asking for an event? */
  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Hands over an event; the process must be ready. */
  give(event: RuntimeEvent): void {
    const response = this.#waiting;
    if (response === undefined) throw new Error('the process is not waiting for an event');
    this.#waiting = undefined;
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': event.requestId,
      'lambda-runtime-deadline-ms': String(event.deadline),
      'lambda-runtime-invoked-function-arn': event.functionArn,
      'lambda-runtime-trace-id': '',
    });
    response.end(event.payload);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
    if (request.method === 'GET' && path === 'invocation/next') {
      this.#waiting = response;
      this.#report({ kind: 'ready' });
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const report = parseReport(path, Buffer.concat(chunks).toString());
      response.writeHead(report === undefined ? 404 : 202, { 'content-type': 'application/json' });
      response.end('{"status":"OK"}');
      if (report !== undefined) this.#report(report);
    });
  }
}

function parseReport(path: string, payload: string): RuntimeReport | undefined {
  if (path === 'init/error') return { kind: 'init-error', payload };
  const [, requestId = '', what = ''] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
  if (what === 'response') return { kind: 'response', requestId, payload };
  return what === 'error' ? { kind: 'error', requestId, payload } : undefined;
}
