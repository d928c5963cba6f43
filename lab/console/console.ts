import { readFile } from 'node:fs/promises';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { Dashboards } from '../region/cloudwatch/dashboards.ts';
import type { MetricStore } from '../region/cloudwatch/metric-store.ts';
import type { ServiceRequest, ServiceResponse } from '../region/service.ts';
import { type Content, readDashboard } from './dashboard-body.ts';

export interface ConsoleOptions {
  readonly clock: Clock;
  readonly dashboards: Dashboards;
  readonly metrics: MetricStore;
  /** With the credentials of whoever looks at the dashboards. */
  readonly lambda: LambdaClient;
}

/** Everything of it is below this path. */
export const CONSOLE_PATH = '/_lab/console';

/** So far back graphs go. */
const SHOWN_MS = 30 * 60_000;

const Call = z.strictObject({ endpoint: z.string().min(1), event: z.record(z.string(), z.unknown()) });

/**
 * The region's dashboards in a browser, as CloudWatch shows them: the page asks for the widgets, and has the functions of custom
 * ones invoked with the viewer's credentials.
 */
export function createConsole(options: ConsoleOptions): (request: ServiceRequest) => Promise<ServiceResponse> {
  const { dashboards, lambda } = options;

  async function answer({ method, path, body, headers }: ServiceRequest): Promise<ServiceResponse> {
    const [first = '', second = ''] = path
      .slice(CONSOLE_PATH.length)
      .split('/')
      .filter(Boolean)
      .map(decodeURIComponent);
    if (method === 'POST' && first === 'call') {
      // A page of another origin can send no such type without being asked whether it may.
      if (headers['content-type'] !== 'application/json') return json(415, { message: 'the body must be JSON' });
      return json(200, await invoke(lambda, Call.parse(JSON.parse(body))));
    }
    if (method !== 'GET') return json(405, { message: `no ${method} here` });
    if (first === 'page') return await asset(second);
    if (first === 'dashboards') return second === '' ? json(200, listed(dashboards)) : widgets(options, second);
    return page('index.html', first === '' || dashboards.find(first) !== undefined ? 200 : 404);
  }

  return async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      if (error instanceof z.ZodError) return json(400, { message: z.prettifyError(error) });
      throw error;
    }
  };
}

function listed(dashboards: Dashboards): unknown {
  return { dashboards: dashboards.list().map(({ name }) => name) };
}

function widgets({ dashboards, metrics, clock }: ConsoleOptions, name: string): ServiceResponse {
  const dashboard = dashboards.find(name);
  if (dashboard === undefined) return json(404, { message: `there is no dashboard ${name}` });
  const end = clock.now();
  const measured = (content: Content): unknown => {
    if (content.kind !== 'graph') return content;
    const lines = content.lines.map(({ label, statistic, period, ...id }) => {
      const periodMs = period * 1000;
      const periods = Math.ceil(SHOWN_MS / periodMs);
      const values = metrics.statistics(id, statistic, { periodMs, periods, end });
      return { label, values: values.map((value) => value ?? null) };
    });
    return { ...content, lines };
  };
  const all = readDashboard(dashboard.body).map((widget) => ({ ...widget, content: measured(widget.content) }));
  return json(200, { name, from: end - SHOWN_MS, until: end, widgets: all });
}

async function invoke(lambda: LambdaClient, { endpoint, event }: z.output<typeof Call>): Promise<unknown> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: endpoint, Payload: JSON.stringify(event) }),
  );
  const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
  return FunctionError === undefined ? { answer } : { error: answer };
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** Files of the page, by these names only. */
const ASSETS: ReadonlySet<string> = new Set([
  'dashboard.css',
  'dashboard.js',
  'actions.js',
  'clean.js',
  'dialogs.js',
  'graph.js',
]);

async function asset(name: string): Promise<ServiceResponse> {
  return ASSETS.has(name) ? await page(name, 200) : json(404, { message: `no ${name}` });
}

async function page(name: string, status: number): Promise<ServiceResponse> {
  const body = await readFile(new URL(`./page/${name}`, import.meta.url), 'utf8');
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  // Whatever a widget's HTML still held: only the page's own scripts run, and nothing is fetched from elsewhere.
  const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
  return {
    status,
    headers: { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'no-store' },
    body,
  };
}

function json(status: number, body: unknown): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
