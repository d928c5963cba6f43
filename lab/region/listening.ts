import type { Server } from 'node:http';
import type { ListenOptions } from 'node:net';

/** Resolves when the server accepts connections. @throws Error when it can't */
export function listening(server: Server, options: ListenOptions): Promise<void> {
  // Long polls hold their connections for as long as they like.
  server.requestTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Also breaks off what is still open. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
