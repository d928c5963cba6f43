import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DisableRuleCommand, EnableRuleCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { createDynamoStore } from '../../lib/store/dynamo.ts';
import { clusterKey, SK } from '../../lib/store/keys.ts';
import type { Store } from '../../lib/store/store.ts';
import { systemClock } from '../../lib/system-clock.ts';
import type { LabClient } from '../cli/client.ts';
import { type Clients, destroyClients } from '../cloudformation/clients.ts';
import { Engines } from './engines.ts';
import { Machines } from './machines.ts';
import { type Expected, shortfall } from './whole.ts';

/** The stack's outputs that the demo uses. */
export interface Deployed {
  readonly cluster: string;
  readonly table: string;
  readonly reconcileFunction: string;
}

const Call = z.object({
  at: z.number(),
  service: z.string(),
  action: z.string(),
  principal: z.object({ kind: z.string(), name: z.string() }).optional(),
});
const Invocation = z.object({ functionName: z.string(), startedAt: z.number(), durationMs: z.number() });
const Functions = z.object({
  functions: z.array(z.object({ name: z.string(), busy: z.number(), undelivered: z.number() })),
});

/** The running lab with the cluster in it: what the demo looks at and what it may do. */
export class Stage {
  readonly lab: LabClient;
  readonly clients: Clients;
  readonly deployed: Deployed;
  readonly expected: Expected;
  readonly machines: Machines;
  readonly engines: Engines;
  readonly store: Store;

  constructor(lab: LabClient, clients: Clients, deployed: Deployed, expected: Expected) {
    this.lab = lab;
    this.clients = clients;
    this.deployed = deployed;
    this.expected = expected;
    this.machines = new Machines(clients.ec2, deployed.cluster);
    this.engines = new Engines(lab, this.machines);
    this.store = createDynamoStore({
      client: DynamoDBDocumentClient.from(clients.dynamodb),
      table: deployed.table,
      cluster: deployed.cluster,
      clock: systemClock,
    });
  }

  /** Why the Swarm is not whole by its engines' own word; `undefined` when it is. */
  async shortfall(): Promise<string | undefined> {
    const [nodes, machines] = await Promise.all([this.engines.nodes(), this.machines.all()]);
    return shortfall(nodes, machines, this.expected);
  }

  async kill(instanceId: string): Promise<void> {
    await this.lab.post('kill', { instance: instanceId }, z.unknown());
  }

  /** AWS calls of the reconciler since a time, in milliseconds since the epoch. */
  async controllerCalls(since: number): Promise<readonly { readonly at: number; readonly action: string }[]> {
    const calls = await this.lab.get(`calls?since=${Math.floor(since)}`, z.array(Call));
    return calls.filter(({ principal }) => principal?.name === this.deployed.reconcileFunction);
  }

  /** Milliseconds of the reconciler's invocations that began since a time. */
  async controllerMilliseconds(since: number): Promise<number> {
    const runs = await this.lab.get(`invocations?since=${Math.floor(since)}`, z.array(Invocation));
    const own = runs.filter(({ functionName }) => functionName === this.deployed.reconcileFunction);
    return Math.round(own.reduce((sum, { durationMs }) => sum + durationMs, 0));
  }

  /** Nothing runs, and no event waits to run. */
  async controllerIsIdle(): Promise<boolean> {
    const { functions } = await this.lab.get('instances', Functions);
    const own = functions.filter(({ name }) => name === this.deployed.reconcileFunction);
    return own.every(({ busy, undelivered }) => busy === 0 && undelivered === 0);
  }

  /** Nothing wakes the controller until it is switched on again; what runs goes on to its end. */
  async switchControllerOff(): Promise<void> {
    await this.#forEachRule((Name) => this.clients.events.send(new DisableRuleCommand({ Name })));
  }

  async switchControllerOn(): Promise<void> {
    await this.#forEachRule((Name) => this.clients.events.send(new EnableRuleCommand({ Name })));
    await this.clients.lambda.send(
      new InvokeCommand({ FunctionName: this.deployed.reconcileFunction, InvocationType: 'Event' }),
    );
  }

  /** The fence in force: a script that plays controller must not send a lower one. */
  async fence(): Promise<string> {
    const client: DynamoDBClient = this.clients.dynamodb;
    const { Item } = await client.send(
      new GetItemCommand({
        TableName: this.deployed.table,
        Key: { pk: { S: clusterKey(this.deployed.cluster) }, sk: { S: SK.lease } },
        ConsistentRead: true,
      }),
    );
    return Item?.['fence']?.N ?? '0';
  }

  /** Lets go of the connections. */
  close(): void {
    destroyClients(this.clients);
  }

  async #forEachRule(change: (name: string) => Promise<unknown>): Promise<void> {
    const { Rules = [] } = await this.clients.events.send(new ListRulesCommand({}));
    await Promise.all(Rules.flatMap(({ Name }) => (Name === undefined ? [] : [change(Name)])));
  }
}
