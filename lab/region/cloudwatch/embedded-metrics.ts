import { z } from 'zod';
import type { MetricId } from './metric-store.ts';

export interface EmbeddedSample {
  readonly id: MetricId;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const Line = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string().min(1),
        Dimensions: z.array(z.array(z.string())).default([[]]),
        Metrics: z.array(z.object({ Name: z.string().min(1) })).default([]),
      }),
    ),
  }),
});
const Values = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

/** What CloudWatch takes out of a line of a log in the embedded metric format; nothing out of any other line, as it does. */
export function embeddedSamples(line: string): readonly EmbeddedSample[] {
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const parsed = Line.safeParse(jsonOf(line));
  if (!parsed.success) return [];
  const { _aws, ...fields } = parsed.data;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(fields[name])]));
      // A dimension without a value makes the whole set of them invalid.
      if (names.some((name) => fields[name] === undefined)) return [];
      return Metrics.flatMap(({ Name: name }) =>
        (Values.safeParse(fields[name]).data ?? []).map((value) => ({
          id: { namespace, name, dimensions },
          value,
          at: _aws.Timestamp,
        })),
      );
    }),
  );
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line of text, as most are.
    return undefined;
  }
}
