import { rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { AgentChannel } from './agent-channel.ts';
import { closeServer, listening } from './listening.ts';
import { readRequest, writeResponse } from './node-http.ts';
import { ServiceError } from './protocol/service-error.ts';
import type { Region } from './region.ts';
import type { ServiceRequest, ServiceResponse } from './service.ts';

/** Headers by which the machines' side says who speaks, and to which of the region's ports. */
const SOURCE = 'x-lab-source';
const PORT = 'x-lab-port';

const Poll = z.object({ agent: z.string().min(1) });
const Report = z.object({
  commandId: z.string(),
  status: z.enum(['Success', 'Failed', 'TimedOut']),
  exitCode: z.number().int(),
  stdout: z.string(),
  stderr: z.string(),
});

export interface Gateway {
  close(): Promise<void>;
}

/**
 * The region as real machines see it, on a unix socket: port 80 is instance metadata, 4566 the AWS APIs and the way of
 * the agents. A machine is known by the private address it speaks from.
 */
export async function serveGateway(region: Region, socketPath: string): Promise<Gateway> {
  const channel = new AgentChannel(region.host.agent, region.context.clock);

  async function answer(request: ServiceRequest, gone: AbortSignal): Promise<ServiceResponse> {
    const source = request.headers[SOURCE] ?? '';
    const port = request.headers[PORT];
    if (port === '80') return region.metadata(source, request);
    if (port !== '4566') return json(404, { error: `${PORT} is ${port ?? 'missing'}; 80 and 4566 are served` });
    return request.path.startsWith('/_lab/agent/') ? agentRequest(source, request, gone) : region.handle(request);
  }

  async function agentRequest(source: string, request: ServiceRequest, gone: AbortSignal): Promise<ServiceResponse> {
    const instanceId = region.instanceAt(source);
    if (instanceId === undefined) return json(404, { error: `no instance has the address ${source}` });
    if (request.path === '/_lab/agent/poll') {
      const poll = Poll.safeParse(parseJson(request.body));
      if (!poll.success) return json(400, { error: z.prettifyError(poll.error) });
      return json(200, { tasks: await channel.poll(instanceId, poll.data.agent, gone) });
    }
    if (request.path !== '/_lab/agent/report')
      return json(404, { error: `no ${request.path}; there are poll and report` });
    const report = Report.safeParse(parseJson(request.body));
    if (!report.success) return json(400, { error: z.prettifyError(report.error) });
    channel.report(instanceId, report.data);
    return json(200, {});
  }

  const server = createServer((message, response) => {
    const gone = whenGone(response);
    readRequest(message)
      .then((request) => answer(request, gone))
      .then(
        (result) => writeResponse(response, result),
        (error: unknown) => writeResponse(response, failed(error)),
      );
  });
  await rm(socketPath, { force: true });
  await listening(server, { path: socketPath });
  return {
    close: async () => {
      channel.close();
      await closeServer(server);
    },
  };
}

/** Aborted when the connection closes before it was answered. */
function whenGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** `undefined` for what is no JSON: no schema takes that. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function json(status: number, body: unknown): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function failed(error: unknown): ServiceResponse {
  if (error instanceof ServiceError) return json(error.status, { code: error.code, error: error.message });
  return json(500, { error: String(error) });
}
