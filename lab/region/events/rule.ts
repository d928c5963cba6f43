import type { EventTest } from './pattern.ts';

/** A rule on the default bus. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly state: 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  readonly pattern: { readonly text: string; readonly matches: EventTest } | undefined;
  readonly schedule: { readonly text: string; readonly periodMs: number } | undefined;
  readonly targets: ReadonlyMap<string, Target>;
  readonly tags: ReadonlyMap<string, string>;
}

export interface Target {
  readonly id: string;
  readonly arn: string;
  readonly input: TargetInput;
  readonly maximumRetryAttempts: number;
  readonly maximumAgeSeconds: number;
  readonly deadLetterArn: string | undefined;
}

/** What the target gets: the event, a constant, a part of the event, or a text made from parts. */
export type TargetInput =
  | { readonly kind: 'event' }
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'transformer'; readonly paths: Readonly<Record<string, string>>; readonly template: string };

/** 24 hours, 185 times. Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
export const DEFAULT_RETRY = { attempts: 185, ageSeconds: 86_400 };
