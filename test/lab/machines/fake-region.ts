import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentResult, AgentTask } from '../../../lab/machines/host.ts';

interface Instance {
  readonly instanceId: string;
  readonly macAddress: string;
  readonly userData: string;
  readonly tasks: AgentTask[];
  readonly results: Map<string, AgentResult>;
  agent: string | undefined;
}

/** As much of the region as machines need to be tested without it: instance metadata and the agent's channel. */
export class FakeRegion {
  readonly requests: string[] = [];
  readonly #instances = new Map<string, Instance>();
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  #commands = 0;

  listen(socket: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(socket, resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Puts an instance at an address; the one that had it before is forgotten. */
  put(address: string, instance: { instanceId: string; macAddress: string; userData: string }): void {
    this.#instances.set(address, { ...instance, tasks: [], results: new Map(), agent: undefined });
  }

  async agentOf(address: string): Promise<string> {
    return this.#until(`agent of ${address}`, () => this.#instances.get(address)?.agent);
  }

  /** Runs a script through the machine's agent. */
  async command(address: string, script: string, timeoutSeconds = 30): Promise<AgentResult> {
    const instance = this.#instances.get(address);
    if (instance === undefined) throw new Error(`no instance at ${address}`);
    this.#commands += 1;
    const commandId = `command-${this.#commands}`;
    instance.tasks.push({ commandId, documentName: 'test', parameters: {}, script, timeoutSeconds });
    return this.#until(`${commandId} on ${address}: ${script}`, () => instance.results.get(commandId));
  }

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    for (let tries = 0; tries < 4000; tries += 1) {
      const found = look();
      if (found !== undefined) return found;
      await sleep(10);
    }
    throw new Error(`waited 40 s for ${what}`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const source = String(request.headers['x-lab-source']);
    const port = String(request.headers['x-lab-port']);
    this.requests.push(`${source}:${port} ${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const instance = this.#instances.get(source);
    if (instance === undefined) return void response.writeHead(404).end();
    if (port === '80') return this.#metadata(instance, source, request, response);
    if (request.url === '/_lab/agent/poll') return this.#poll(instance, JSON.parse(body).agent, response);
    if (request.url === '/_lab/agent/report') {
      const result: AgentResult = JSON.parse(body);
      instance.results.set(result.commandId, result);
      return void response.writeHead(200).end('{}');
    }
    // Anything else is the AWS API: what came is sent back, for the test to look at.
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ method: request.method, url: request.url, body }));
  }

  async #poll(instance: Instance, agent: string, response: ServerResponse): Promise<void> {
    instance.agent = agent;
    for (let tries = 0; tries < 500 && instance.tasks.length === 0 && !response.destroyed; tries += 1) await sleep(10);
    if (response.destroyed) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ tasks: instance.tasks.splice(0) }));
  }

  /** IMDSv2: nothing without a token. */
  #metadata(instance: Instance, address: string, request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'PUT' && request.url === '/latest/api/token') {
      response.writeHead(200, { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' });
      return void response.end('token');
    }
    if (request.headers['x-aws-ec2-metadata-token'] !== 'token') return void response.writeHead(401).end();
    const [, version = '', ...rest] = (request.url ?? '').split('/');
    const known: Record<string, string> = {
      'meta-data/': 'ami-id\ninstance-id\nlocal-hostname\nlocal-ipv4\nmac\nplacement/',
      'meta-data/placement/': 'availability-zone',
      'meta-data/placement/availability-zone': 'eu-central-1a',
      'meta-data/ami-id': 'ami-00000000000000000',
      'meta-data/instance-id': instance.instanceId,
      'meta-data/local-hostname': 'localhost',
      'meta-data/local-ipv4': address,
      'meta-data/mac': instance.macAddress,
      'user-data': instance.userData,
      'dynamic/instance-identity/document': JSON.stringify({ instanceId: instance.instanceId, region: 'eu-central-1' }),
      'dynamic/instance-identity': 'document',
    };
    const answer = known[rest.join('/')];
    if (answer === undefined || !['2021-03-23', 'latest'].includes(version)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(answer);
  }
}
