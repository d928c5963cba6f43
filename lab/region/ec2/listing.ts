import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement, XmlValue } from '../wire/xml.ts';
import { notFound } from './action.ts';
import type { Collection } from './collection.ts';
import type { Resource } from './model.ts';

/** What a filter compares with: one value, several, or none. */
export type FilterValue = string | undefined | readonly (string | undefined)[];
export type FilterFields<T> = Readonly<Record<string, (item: T) => FilterValue>>;

/** How a Describe action lists its resources. */
export interface Listing<T extends Resource> {
  /** E.g. `VpcId`: the parameter of explicit ids. */
  readonly idParameter: string;
  /** E.g. `vpcSet`: the element of the answer. */
  readonly set: string;
  readonly kind: string;
  readonly notFound: string;
  readonly items: Collection<T>;
  readonly fields: FilterFields<T>;
  render(item: T): XmlValue;
  /** What is there but not shown. @default everything is shown */
  shown?(item: T): boolean;
}

export function describe<T extends Resource>(params: Params, listing: Listing<T>): XmlElement {
  const { items, nextToken } = select(params, listing);
  return { [listing.set]: items.map((item) => listing.render(item)), nextToken };
}

/** Ids, filters and pagination of a Describe action. @throws ServiceError when an id given is not there */
export function select<T extends Resource>(
  params: Params,
  listing: Omit<Listing<T>, 'set' | 'render'>,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const ids = params.texts(listing.idParameter);
  const shown = (item: T) => listing.shown?.(item) ?? true;
  if (ids.length > 0 && params.text('MaxResults') !== undefined) {
    throw new ServiceError(
      'InvalidParameterCombination',
      `The parameter ${listing.idParameter} cannot be used with the parameter MaxResults`,
    );
  }
  const named = ids.map((id) => {
    const item = listing.items.get(id);
    if (item === undefined || !shown(item)) throw notFound(listing.notFound, listing.kind, id);
    return item;
  });
  const candidates = ids.length > 0 ? [...new Set(named)] : listing.items.filter(shown);
  const found = filtered(params, candidates, listing.fields);
  return page(params, found, (item) => listing.items.serial(item.id));
}

/** Every filter must match, each by any of its values; `*` and `?` are wildcards. */
export function filtered<T extends Resource>(params: Params, items: readonly T[], fields: FilterFields<T>): T[] {
  const tests = params.structs('Filter').map((filter) => {
    const name = filter.allow(['Name', 'Value']).required('Name');
    const patterns = filter.texts('Value').map(wildcard);
    const values = valuesOf(name, fields);
    return (item: T) => values(item).some((value) => patterns.some((pattern) => pattern.test(value)));
  });
  return items.filter((item) => tests.every((test) => test(item)));
}

function valuesOf<T extends Resource>(name: string, fields: FilterFields<T>): (item: T) => readonly string[] {
  if (name === 'tag-key') return (item) => [...item.tags.keys()];
  if (name === 'tag-value') return (item) => [...item.tags.values()];
  if (name.startsWith('tag:')) return (item) => strings(item.tags.get(name.slice('tag:'.length)));
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw new ServiceError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return (item) => strings(field(item));
}

function strings(value: FilterValue): readonly string[] {
  const list = typeof value === 'object' ? value : [value];
  return list.filter((text) => text !== undefined);
}

/** `*` is any text, `?` any character; a backslash takes their meaning away. */
export function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\([*?\\])|[*?]|[.+^${}()|[\]\\]/g, (match, literal: string | undefined) => {
    if (literal !== undefined) return `\\${literal}`;
    if (match === '*') return '[^]*';
    return match === '?' ? '[^]' : `\\${match}`;
  });
  return new RegExp(`^${source}$`);
}

/** `NextToken` says after which serial to go on, so that what is deleted meanwhile moves nothing. */
export function page<T>(
  params: Params,
  items: readonly T[],
  serial: (item: T) => number,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const after = decodeToken(params.text('NextToken'));
  const limit = pageSize(params);
  const rest = items.filter((item) => serial(item) > after);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const more = rest.length > shown.length && last !== undefined;
  return { items: shown, nextToken: more ? encodeToken(serial(last)) : undefined };
}

/**
 * Source: EC2 API Reference, `MaxResults`: 5 to 1000 for most actions; more than 1000 gives 1000. Without it EC2 gives what
 * it likes, and a token for the rest ("Paginated requests"): the lab gives 1000, so that who forgets the token finds out.
 */
function pageSize(params: Params): number {
  const asked = params.whole('MaxResults');
  if (asked === undefined) return MOST;
  if (asked < 5) throw params.invalid('MaxResults', String(asked), '5 to 1000');
  return Math.min(asked, MOST);
}

const MOST = 1000;

function encodeToken(serial: number): string {
  return Buffer.from(`after ${serial}`).toString('base64url');
}

function decodeToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const found = /^after (\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (found === null) throw new ServiceError('InvalidNextToken', `The token '${token}' is not one that was given out`);
  return Number(found[1]);
}
