import { z } from 'zod';
import { STATISTICS, type Statistic } from '../region/cloudwatch/metric-store.ts';

/** A widget at its place in the grid, which is 24 columns wide. */
export interface Widget {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly content: Content;
}

export type Content =
  /** Drawn by a function, which is asked for it by the page. */
  | { readonly kind: 'custom'; readonly endpoint: string; readonly params: Readonly<Record<string, unknown>> }
  | { readonly kind: 'graph'; readonly unit: string; readonly lines: readonly Line[] }
  | { readonly kind: 'text'; readonly markdown: string }
  /** The lab draws none of this type. */
  | { readonly kind: 'other'; readonly type: string };

export interface Line {
  readonly label: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: Statistic;
  /** Seconds. */
  readonly period: number;
}

/** So large is a widget of which the body doesn't say. */
const SIZE = { width: 6, height: 6 };

const Options = z.looseObject({
  label: z.string().optional(),
  stat: z.string().optional(),
  period: z.number().int().positive().optional(),
});
const WIDGET = z.looseObject({
  type: z.string(),
  x: z.number().default(0),
  y: z.number().default(0),
  width: z.number().default(SIZE.width),
  height: z.number().default(SIZE.height),
  properties: z.looseObject({
    title: z.string().default(''),
    endpoint: z.string().optional(),
    params: z.record(z.string(), z.unknown()).optional(),
    markdown: z.string().optional(),
    metrics: z.array(z.array(z.union([z.string(), Options]))).optional(),
    yAxis: z.looseObject({ left: z.looseObject({ label: z.string().optional() }).optional() }).optional(),
  }),
});
const BODY = z.looseObject({ widgets: z.array(WIDGET) });

/**
 * Reads a dashboard as it was put.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function readDashboard(body: string): readonly Widget[] {
  return BODY.parse(JSON.parse(body)).widgets.map((widget) => {
    const { x, y, width, height, properties } = widget;
    return { x, y, width, height, title: properties.title, content: contentOf(widget) };
  });
}

function contentOf({ type, properties }: z.output<typeof WIDGET>): Content {
  const { endpoint, params = {}, markdown = '', metrics = [], yAxis } = properties;
  if (type === 'custom' && endpoint !== undefined) return { kind: 'custom', endpoint, params };
  if (type === 'text') return { kind: 'text', markdown };
  if (type !== 'metric') return { kind: 'other', type };
  return { kind: 'graph', unit: yAxis?.left?.label ?? '', lines: metrics.flatMap(lineOf) };
}

/** `[namespace, name, dimension, value, …, options]`; the lab knows no abbreviations and no expressions. */
function lineOf(metric: readonly (string | z.output<typeof Options>)[]): Line[] {
  const [namespace, name, ...pairs] = metric.filter((part) => typeof part === 'string');
  if (namespace === undefined || name === undefined) return [];
  const { label = name, stat, period = 300 } = metric.find((part) => typeof part === 'object') ?? {};
  const names = pairs.filter((_, index) => index % 2 === 0);
  const dimensions = Object.fromEntries(names.map((dimension, index) => [dimension, pairs[index * 2 + 1] ?? '']));
  const statistic = STATISTICS.find((one) => one === stat) ?? 'Average';
  return [{ label, namespace, name, dimensions, statistic, period }];
}
