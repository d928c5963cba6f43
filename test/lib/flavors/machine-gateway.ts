import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AgentResult, AgentTask } from '../../../lab/machines/host.ts';

interface Machine {
  readonly instanceId: string;
  readonly macAddress: string;
  readonly userData: string;
  readonly tasks: AgentTask[];
  /** Answers the poll that waits for a task, if one does. */
  deliver: (() => void) | undefined;
  /** By command: who waits for its result. */
  readonly results: Map<string, (result: AgentResult) => void>;
}

/** Milliseconds for which the agent's poll is held open while there is nothing to do. */
const POLL = 5_000;

/** What the scripts ask AWS for, and no more: instance metadata, the agent's channel, two calls of Parameter Store. */
export class MachineGateway {
  readonly parameters = new Map<string, string>();
  /** Names of the Parameter Store calls, in order. */
  readonly calls: string[] = [];
  readonly #machines = new Map<string, Machine>();
  #commands = 0;
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });

  listen(socket: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(socket, resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  put(address: string, machine: { instanceId: string; macAddress: string; userData: string }): void {
    this.#machines.set(address, { ...machine, tasks: [], deliver: undefined, results: new Map() });
  }

  /** Runs a script through the machine's agent, as soon as there is one. */
  async run(address: string, script: string, timeoutSeconds = 180): Promise<AgentResult> {
    const machine = this.#machines.get(address);
    if (machine === undefined) throw new Error(`no machine at ${address}`);
    this.#commands += 1;
    const commandId = `command-${this.#commands}`;
    const task = { commandId, documentName: 'test', parameters: {}, script, timeoutSeconds };
    return await new Promise((resolve, reject) => {
      const why = new Error(`no result of ${commandId} on ${address}: its agent is not there`);
      const late = setTimeout(() => reject(why), (timeoutSeconds + 20) * 1000);
      machine.results.set(commandId, (result) => {
        clearTimeout(late);
        resolve(result);
      });
      machine.tasks.push(task);
      machine.deliver?.();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const source = String(request.headers['x-lab-source']);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const machine = this.#machines.get(source);
    if (machine === undefined) return void response.writeHead(404).end();
    if (request.headers['x-lab-port'] === '80') return this.#metadata(machine, source, request, response);
    if (request.url === '/_lab/agent/poll') return this.#poll(machine, response);
    if (request.url === '/_lab/agent/report') {
      const result: AgentResult = JSON.parse(body);
      machine.results.get(result.commandId)?.(result);
      return void response.writeHead(200).end('{}');
    }
    this.#parameterStore(String(request.headers['x-amz-target']), JSON.parse(body), response);
  }

  #poll(machine: Machine, response: ServerResponse): void {
    const answer = () => {
      clearTimeout(idle);
      if (machine.deliver === answer) machine.deliver = undefined;
      // Whoever hung up can't take a task with it.
      if (!response.destroyed) response.end(JSON.stringify({ tasks: machine.tasks.splice(0) }));
    };
    const idle = setTimeout(answer, machine.tasks.length > 0 ? 0 : POLL);
    machine.deliver = answer;
  }

  #parameterStore(target: string, body: { Name: string; Value?: string }, response: ServerResponse): void {
    this.calls.push(target);
    const answer = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(value));
    };
    if (target === 'AmazonSSM.PutParameter' && body.Value !== undefined) {
      this.parameters.set(body.Name, body.Value);
      answer(200, { Version: 1, Tier: 'Standard' });
      return;
    }
    const value = this.parameters.get(body.Name);
    if (target !== 'AmazonSSM.GetParameter' || value === undefined) {
      answer(400, { __type: 'ParameterNotFound', message: `no ${body.Name}` });
      return;
    }
    answer(200, { Parameter: { Name: body.Name, Type: 'SecureString', Value: value, Version: 1 } });
  }

  /** IMDSv2: nothing without a token. */
  #metadata(machine: Machine, address: string, request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'PUT') {
      response.writeHead(200, { 'x-aws-ec2-metadata-token-ttl-seconds': '900' });
      return void response.end('token');
    }
    if (request.headers['x-aws-ec2-metadata-token'] !== 'token') return void response.writeHead(401).end();
    const [, , ...rest] = (request.url ?? '').split('/');
    const path = rest.join('/');
    const role = 'meta-data/iam/security-credentials';
    const known: Record<string, string> = {
      'meta-data/': 'ami-id\ninstance-id\nlocal-hostname\nlocal-ipv4\nmac\nplacement/',
      'meta-data/placement/': 'availability-zone\nregion',
      'meta-data/placement/availability-zone': 'eu-central-1a',
      'meta-data/placement/region': 'eu-central-1',
      'meta-data/ami-id': 'ami-00000000000000000',
      'meta-data/instance-id': machine.instanceId,
      'meta-data/local-hostname': 'localhost',
      'meta-data/local-ipv4': address,
      'meta-data/mac': machine.macAddress,
      'user-data': machine.userData,
      [role]: 'node',
      [`${role}/`]: 'node',
      [`${role}/node`]: JSON.stringify({
        Code: 'Success',
        Type: 'AWS-HMAC',
        AccessKeyId: 'ASIATEST',
        SecretAccessKey: 'secret',
        Token: 'token',
        Expiration: '2099-01-01T00:00:00Z',
      }),
      'dynamic/instance-identity/document': JSON.stringify({ instanceId: machine.instanceId, region: 'eu-central-1' }),
      'dynamic/instance-identity': 'document',
    };
    const answer = known[path];
    if (answer === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain' }).end(answer);
  }
}
