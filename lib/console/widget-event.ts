import * as z from 'zod';

/** What a viewer's dashboard asks for. */
export type WidgetRequest =
  /** The editor of dashboards wants to know what the widget is. */
  { readonly kind: 'describe' } | { readonly kind: 'show'; readonly viewer: Viewer } | OrderRequest;

export interface OrderRequest {
  readonly kind: 'order';
  readonly viewer: Viewer;
  readonly order: Order;
}

/** What a button of the widget calls for. */
export type Order =
  | { readonly order: 'reconcile' }
  | { readonly order: 'pause'; readonly reason: string }
  | { readonly order: 'resume' }
  /** Of the machine that was shown: whatever took its place since is not meant. */
  | { readonly order: 'replace'; readonly instanceId: string };

export type OrderName = Order['order'];

/** How the dashboard shows things. Who looks is not in it: CloudWatch tells a widget nothing of that. */
export interface Viewer {
  readonly theme: 'light' | 'dark';
  /** Minutes that the viewer's clock is ahead of UTC. */
  readonly utcOffset: number;
  /** E.g. `UTC`, `Local timezone`. */
  readonly timeZone: string;
}

/** The event is none that a dashboard, or a button of this widget, sends. */
export class WidgetEventError extends Error {
  readonly code = 'WidgetEvent';
  constructor(problems: readonly string[]) {
    super(`this is no event of the widget: ${problems.join('; ')}. Open the dashboard anew.`);
    this.name = 'WidgetEventError';
  }
}

const DEFAULT_VIEWER: Viewer = { theme: 'light', utcOffset: 0, timeZone: 'UTC' };
const LONGEST_REASON = 200;

// What is not understood of how things are to be shown is shown as by default: it is no reason to show nothing.
const CONTEXT = z
  .object({
    theme: z.enum(['light', 'dark']).catch(DEFAULT_VIEWER.theme),
    timezone: z
      .object({ label: z.string().max(60), offsetISO: z.string().regex(/^[+-]\d{2}:\d{2}$/) })
      .catch({ label: DEFAULT_VIEWER.timeZone, offsetISO: '+00:00' }),
    forms: z.object({ all: z.record(z.string(), z.unknown()) }).catch({ all: {} }),
  })
  .catch({
    theme: DEFAULT_VIEWER.theme,
    timezone: { label: DEFAULT_VIEWER.timeZone, offsetISO: '+00:00' },
    forms: { all: {} },
  });

const EVENT = z.object({ describe: z.boolean().optional(), widgetContext: CONTEXT, order: z.unknown().optional() });
const ORDER = z.discriminatedUnion('order', [
  z.object({ order: z.literal('reconcile') }),
  z.object({ order: z.literal('pause') }),
  z.object({ order: z.literal('resume') }),
  z.object({ order: z.literal('replace'), instanceId: z.string().regex(/^i-[0-9a-f]{8,17}$/) }),
]);

/**
 * Reads the event that CloudWatch invokes the widget's function with: the widget's parameters, or those of a pressed button, and a
 * `widgetContext`. Anybody who may invoke the function can send any event: no name in it says who that is.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
 *
 * @throws WidgetEventError
 */
export function readWidgetEvent(event: unknown): WidgetRequest {
  const { describe, widgetContext, order: pressed } = parse(EVENT, event);
  if (describe === true) return { kind: 'describe' };
  const { theme, timezone, forms } = widgetContext;
  const viewer = { theme, utcOffset: minutesOf(timezone.offsetISO), timeZone: timezone.label };
  if (pressed === undefined) return { kind: 'show', viewer };
  const order = parse(ORDER, event);
  return { kind: 'order', viewer, order: order.order === 'pause' ? { ...order, reason: reasonOf(forms.all) } : order };
}

function parse<T extends z.ZodType>(schema: T, event: unknown): z.output<T> {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw new WidgetEventError(result.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`));
}

/** Of `+02:00`. */
function minutesOf(offset: string): number {
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** What was written into the widget's field beside the button. */
function reasonOf(form: Readonly<Record<string, unknown>>): string {
  const written = form[REASON_FIELD];
  const text = typeof written === 'string' ? written.replace(/\s+/g, ' ').trim().slice(0, LONGEST_REASON) : '';
  return text === '' ? 'no reason given' : text;
}

/** Name of the field for a pause's reason. */
export const REASON_FIELD = 'reason';
