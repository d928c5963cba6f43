import { createServer } from 'node:http';
import { CONSOLE_PATH } from './console/console.ts';
import type { ControlHandler } from './control/control.ts';
import { closeServer, listening } from './region/listening.ts';
import { readRequest, writeResponse } from './region/node-http.ts';
import type { Region } from './region/region.ts';
import type { ServiceRequest, ServiceResponse } from './region/service.ts';

export interface FrontDoor {
  /** E.g. `http://127.0.0.1:4566`, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  close(): Promise<void>;
}

/** The port is somebody else's. */
export class PortTakenError extends Error {
  readonly code = 'PortTaken';
  constructor(port: number) {
    super(`port ${port} of 127.0.0.1 is in use; end what uses it, or choose another port (0 takes a free one)`);
    this.name = 'PortTakenError';
  }
}

/** What there is of the lab itself, beside the region's APIs. */
export interface LabHandlers {
  /** Below `/_lab/`. */
  readonly control: ControlHandler;
  /** The dashboards, for a browser: below `/_lab/console`. */
  readonly console: (request: ServiceRequest) => Promise<ServiceResponse>;
}

/** Serves the region's AWS APIs on 127.0.0.1, and the lab's own pages and control under `/_lab/`. @throws PortTakenError */
export async function openFrontDoor(region: Region, lab: LabHandlers, port: number): Promise<FrontDoor> {
  const answer = (request: ServiceRequest): Promise<ServiceResponse> => {
    const { path } = request;
    if (path === CONSOLE_PATH || path.startsWith(`${CONSOLE_PATH}/`)) return lab.console(request);
    return path.startsWith('/_lab/') ? lab.control(request) : region.handle(request);
  };
  const server = createServer((message, response) => {
    readRequest(message)
      .then(answer)
      .then(
        (result) => writeResponse(response, result),
        (error: unknown) => writeResponse(response, { status: 400, headers: {}, body: String(error) }),
      );
  });
  try {
    await listening(server, { host: '127.0.0.1', port });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw new PortTakenError(port);
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the front door got no TCP port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => closeServer(server) };
}
