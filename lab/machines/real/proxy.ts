/**
 * The link-local services of the VPC: a process inside the VPC's network namespace that forwards HTTP from
 * 169.254.169.254 to the region's Unix socket, and says who asked: `x-lab-source` (address), `x-lab-port` (80 or 4566).
 *
 * Usage: `node proxy.ts <unix socket>`; prints `listening`. Each line of its standard input is the address of a machine
 * that is gone, whose connections are cut. Ends when its standard input closes, so that it does not outlive the lab.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { LINK_LOCAL } from './network.ts';

/** Instance metadata; the AWS API and the agents' channel. */
const PORTS = [80, 4566];

const [socketPath] = process.argv.slice(2);
if (socketPath === undefined) throw new Error('usage: node proxy.ts <unix socket>');

const agent = new Agent({ keepAlive: true });

function forward(port: number, incoming: IncomingMessage, answer: ServerResponse): void {
  const source = incoming.socket.remoteAddress ?? '';
  const headers = { ...incoming.headers, 'x-lab-source': source, 'x-lab-port': String(port) };
  const outgoing = request({ socketPath, agent, method: incoming.method, path: incoming.url, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
    response.on('error', () => answer.destroy());
  });
  outgoing.on('error', (error) => {
    if (answer.headersSent) return void answer.destroy();
    answer.writeHead(502, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ code: 'GatewayUnreachable', message: `${socketPath}: ${error.message}` }));
  });
  // A machine that dies during a long poll must not keep its place in the region.
  answer.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

const connections = new Set<Socket>();

/** A machine that loses its network with its processes can't say goodbye: its long poll would take a successor's task. */
function cut(address: string): void {
  for (const socket of connections) if (socket.remoteAddress === address) socket.destroy();
}

let waiting = PORTS.length;
for (const port of PORTS) {
  const server = createServer((incoming, answer) => forward(port, incoming, answer));
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  // A long poll is bounded by who answers it.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  server.listen(port, LINK_LOCAL, () => {
    waiting -= 1;
    if (waiting === 0) process.stdout.write('listening\n');
  });
}

createInterface({ input: process.stdin })
  .on('line', cut)
  .on('close', () => process.exit(0));
