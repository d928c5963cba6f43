import { setTimeout as delay } from 'node:timers/promises';
import { type Clients, createClients } from '../../../../lab/cloudformation/clients.ts';
import type { CustomResourceRequest } from '../../../../lab/cloudformation/custom-resource/protocol.ts';
import type { ProvisionOptions } from '../../../../lab/cloudformation/provision.ts';
import type { StackEvent } from '../../../../lab/cloudformation/stack/stack.ts';
import { createIamService } from '../../../../lab/region/iam/service.ts';
import { createLogsService } from '../../../../lab/region/logs/service.ts';
import type { Service, ServiceRequest } from '../../../../lab/region/service.ts';
import { createSqsService } from '../../../../lab/region/sqs/service.ts';
import { seededRandom } from '../../../../lab/sim/random.ts';
import { testContext } from '../../region/support/context.ts';
import { clientConfig } from '../../region/support/service-handler.ts';

/** What the scripted function answers to a request; `undefined`: nothing at all. */
export type Provider = (request: CustomResourceRequest) => string | undefined;

export interface Stage {
  readonly clients: Clients;
  readonly events: StackEvent[];
  /** Requests that reached the function behind custom resources, in order. */
  readonly requests: CustomResourceRequest[];
  /** API calls as `service.Action`, in order. */
  calls(): readonly string[];
  options(template: unknown, more?: Partial<ProvisionOptions>): ProvisionOptions;
}

/** Queues, roles and logs of the lab, and a function that answers as `provider` says: enough to see stacks come and go. */
export function createStage(provider: Provider = () => undefined): Stage {
  const context = testContext();
  const requests: CustomResourceRequest[] = [];
  const services = [
    createIamService(context),
    createLogsService(context),
    createSqsService(context, () => 'http://127.0.0.1:4566'),
    scriptedLambda(provider, requests),
  ];
  const router: Service = {
    names: [],
    handle: (request) => route(services, request),
  };
  const clients = createClients(clientConfig(router));
  const events: StackEvent[] = [];
  return {
    clients,
    events,
    requests,
    calls: () => context.calls.map(({ service, action }) => `${service}.${action}`),
    options: (template, more = {}) => ({
      template,
      stackName: 'Demo',
      account: context.account,
      region: context.region,
      clients,
      clock: context.clock,
      random: seededRandom(1),
      progress: (event) => events.push(event),
      ...more,
    }),
  };
}

/** `logicalId STATUS` of each event that is not the beginning of something. */
export function outcomes(events: readonly StackEvent[]): readonly string[] {
  return events
    .filter((event) => !event.status.endsWith('_IN_PROGRESS'))
    .map((event) => `${event.logicalId} ${event.status}`);
}

/** An answer as a provider gives it. */
export function answer(request: CustomResourceRequest, more: Record<string, unknown> = {}): string {
  const { StackId, RequestId, LogicalResourceId } = request;
  const Status = 'SUCCESS';
  return JSON.stringify({ Status, PhysicalResourceId: 'thing-1', StackId, RequestId, LogicalResourceId, ...more });
}

async function route(services: readonly Service[], request: ServiceRequest) {
  const name = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
  const service = services.find((candidate) => candidate.names.includes(name));
  if (service === undefined) {
    throw new Error(`the test's stage has no service "${name}"`);
  }
  return service.handle(request);
}

function scriptedLambda(provider: Provider, requests: CustomResourceRequest[]): Service {
  return {
    names: ['lambda'],
    async handle({ body, headers }) {
      if (headers['x-amz-invocation-type'] !== 'Event') {
        throw new Error('a custom resource is invoked asynchronously');
      }
      const request: CustomResourceRequest = JSON.parse(body);
      requests.push(request);
      const text = provider(request);
      if (text !== undefined) {
        // After the invocation was accepted, as a real function would.
        void delay(5).then(() => fetch(request.ResponseURL, { method: 'PUT', body: text }));
      }
      return { status: 202, headers: {}, body: '' };
    },
  };
}
