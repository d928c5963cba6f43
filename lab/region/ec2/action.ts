import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import type { Ec2World } from './world.ts';

/** One EC2 action: the parameters it knows (others are refused) and what it does. */
export interface Ec2Action {
  readonly takes: readonly string[];
  run(params: Params, world: Ec2World): XmlElement | Promise<XmlElement>;
}

export type Ec2Actions = Readonly<Record<string, Ec2Action>>;

/** What actions answer that have nothing to say. */
export const DONE: XmlElement = { return: true };

/** Parameters of every Describe action. */
export const LISTING = ['Filter', 'MaxResults', 'NextToken'] as const;

export function notFound(code: string, kind: string, id: string): ServiceError {
  return new ServiceError(code, `The ${kind} ID '${id}' does not exist`);
}

/** @throws ServiceError with `code` when `item` is not there. */
export function existing<T>(item: T | undefined, code: string, kind: string, id: string): T {
  if (item === undefined) throw notFound(code, kind, id);
  return item;
}

export function dependency(what: string, why: string): ServiceError {
  return new ServiceError('DependencyViolation', `The ${what} has dependencies and cannot be deleted: ${why}.`);
}

export function arn(world: Ec2World, resource: string): string {
  return `arn:aws:ec2:${world.context.region}:${world.context.account}:${resource}`;
}

export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
