import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer, listening } from './listening.ts';
import { readRequest, writeResponse } from './node-http.ts';
import type { Region } from './region.ts';

export interface RegionEndpoint {
  /** E.g. `http://127.0.0.1:4566`, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the region's AWS APIs on 127.0.0.1. Port 0 takes a free one. @throws Error when the port is taken */
export async function listen(region: Region, options: { readonly port: number }): Promise<RegionEndpoint> {
  const server = createServer((message, answer) => {
    readRequest(message)
      .then((request) => region.handle(request))
      .then(
        (response) => writeResponse(answer, response),
        (error: unknown) => writeResponse(answer, { status: 400, headers: {}, body: String(error) }),
      );
  });
  await listening(server, { host: '127.0.0.1', port: options.port });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}
