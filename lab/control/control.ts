import { z } from 'zod';
import type { Lab } from '../lab.ts';
import { ServiceError } from '../region/protocol/service-error.ts';
import type { ServiceRequest, ServiceResponse } from '../region/service.ts';
import { findInstance, InstanceReferenceError } from './find-instance.ts';
import { listLab } from './listing.ts';

/** Answers requests below `/_lab/`. */
export type ControlHandler = (request: ServiceRequest) => Promise<ServiceResponse>;

export interface ControlOptions {
  readonly lab: () => Lab;
  /** Takes the lab down, after this call has been answered. */
  readonly down: () => void | Promise<void>;
}

const Instance = z.object({ instance: z.string().min(1) });
const Exec = Instance.extend({ command: z.array(z.string()).min(1) });

type Answer = (lab: Lab, request: ServiceRequest) => unknown;

/** The lab's own commands over HTTP and JSON: what its command line does, and what no AWS API offers. */
export function createControl(options: ControlOptions): ControlHandler {
  const commands: Readonly<Record<string, Answer>> = {
    'GET /_lab/status': ({ name, endpoint, fleet, startedAt }) => ({
      name,
      endpoint,
      fleet: fleet.kind,
      startedAt,
      pid: process.pid,
    }),
    'GET /_lab/instances': (lab) => listLab(lab),
    'GET /_lab/events': (lab, request) => lab.events.after(numberOf(request, 'after')),
    'GET /_lab/calls': (lab, request) => lab.region.calls.entries.filter(({ at }) => at >= numberOf(request, 'since')),
    'GET /_lab/invocations': (lab, request) => lab.journal.list(numberOf(request, 'since')),
    'GET /_lab/faults': (lab) =>
      [...lab.region.faults, ...lab.services.faults].map(({ at, what, error }) => ({ at, what, error: String(error) })),
    'GET /_lab/logs': (lab, request) => logLines(lab, request),
    'POST /_lab/kill': async (lab, request) => {
      const instance = target(lab, request);
      await lab.region.ec2.powerCut(instance.instanceId);
      return instance;
    },
    'POST /_lab/stop': (lab, request) => {
      const instance = target(lab, request);
      lab.region.ec2.stopByHand(instance.instanceId);
      return instance;
    },
    'POST /_lab/find': (lab, request) => target(lab, request),
    'POST /_lab/exec': (lab, request) => {
      const { instance, command } = Exec.parse(JSON.parse(request.body));
      return lab.fleet.exec(findInstance(lab.region.ec2.instances(), instance).instanceId, command);
    },
    'POST /_lab/down': () => {
      // The answer goes out first: the server that sends it is about to close.
      setImmediate(() => void options.down());
      return {};
    },
  };

  return async (request) => {
    const name = `${request.method} ${request.path}`;
    const command = commands[name];
    if (command === undefined) {
      return json(404, {
        code: 'UnknownCommand',
        message: `no ${name}; there are ${Object.keys(commands).join(', ')}`,
      });
    }
    try {
      return json(200, await command(options.lab(), request));
    } catch (error) {
      return refusal(error);
    }
  };
}

function target(lab: Lab, request: ServiceRequest) {
  return findInstance(lab.region.ec2.instances(), Instance.parse(JSON.parse(request.body)).instance);
}

function logLines(lab: Lab, request: ServiceRequest): unknown {
  const wanted = request.query['function'] ?? '';
  const functions = lab.services.lambda.functions().map(({ fn }) => fn);
  const matching = functions.filter(({ name }) => name === wanted || name.includes(wanted));
  const fn = functions.find(({ name }) => name === wanted) ?? matching[0];
  if (fn === undefined || (fn.name !== wanted && matching.length > 1)) {
    const names = functions.map(({ name }) => name).join(', ') || 'none';
    throw new ServiceError('FunctionReference', `"${wanted}" is not one function; there are ${names}`, 404);
  }
  const after = numberOf(request, 'after');
  return (lab.services.logs.store.find(fn.logGroup)?.lines ?? []).filter(({ number }) => number > after);
}

function numberOf(request: ServiceRequest, name: string): number {
  return Number(request.query[name] ?? 0);
}

function refusal(error: unknown): ServiceResponse {
  if (error instanceof InstanceReferenceError) return json(404, { code: error.code, message: error.message });
  if (error instanceof ServiceError) return json(error.status, { code: error.code, message: error.message });
  if (error instanceof z.ZodError) return json(400, { code: 'BadRequest', message: z.prettifyError(error) });
  return json(500, { code: 'LabFailure', message: error instanceof Error ? error.message : String(error) });
}

function json(status: number, body: unknown): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
