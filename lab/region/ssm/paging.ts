import { ServiceError } from '../protocol/service-error.ts';

/** `NextToken` is the place to go on from, in a list whose order does not change. */
export function pageOf<T>(
  items: readonly T[],
  input: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
  most = 50,
): { readonly items: readonly T[]; readonly NextToken: string | undefined } {
  const from = input.NextToken === undefined ? 0 : Number(input.NextToken);
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new ServiceError('InvalidNextToken', `The token '${input.NextToken}' is not one that was given out`);
  }
  const end = from + Math.min(input.MaxResults ?? most, most);
  return { items: items.slice(from, end), NextToken: end < items.length ? String(end) : undefined };
}
