import type { TargetInput } from './rule.ts';

/** An event as EventBridge hands it to a target. */
export type Envelope = Readonly<Record<string, unknown>>;

export interface RuleNames {
  readonly name: string;
  readonly arn: string;
}

/** The text that a target gets. */
export function renderInput(input: TargetInput, event: Envelope, rule: RuleNames): string {
  switch (input.kind) {
    case 'event':
      return JSON.stringify(event);
    case 'constant':
      return input.text;
    case 'path':
      return JSON.stringify(valueAt(event, input.path) ?? null);
    case 'transformer':
      return transform(input.paths, input.template, event, rule);
  }
}

/**
 * `<name>` becomes the value at its path: as JSON where it stands alone, as bare text within quotes.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
function transform(
  paths: Readonly<Record<string, string>>,
  template: string,
  event: Envelope,
  rule: RuleNames,
): string {
  const reserved: Readonly<Record<string, unknown>> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': event['time'],
    'aws.events.event': event,
    'aws.events.event.json': event,
  };
  let quoted = false;
  return template.replace(TOKEN, (token, name?: string) => {
    if (name === undefined) {
      if (token === '"') quoted = !quoted;
      return token;
    }
    const path = paths[name];
    const value = path === undefined ? reserved[name] : valueAt(event, path);
    if (!quoted) return JSON.stringify(value ?? '');
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
    return JSON.stringify(text).slice(1, -1);
  });
}

/** A placeholder, an escaped character, or a quote. */
const TOKEN = /<([A-Za-z0-9_.-]+)>|\\.|"/g;

/** `$.detail.instance-id`, `$.resources[0]`, `$`; `undefined` where there is nothing. */
function valueAt(event: unknown, path: string): unknown {
  let value: unknown = event;
  for (const [, name, index] of path.matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+)\]/g)) {
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
    else if (typeof value === 'object' && value !== null && name !== undefined) {
      value = Object.getOwnPropertyDescriptor(value, name)?.value;
    } else return undefined;
  }
  return value;
}
