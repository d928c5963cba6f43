import { errorCode } from '../aws/errors.ts';

/** An item of the table does not hold what it should: written by hand, or by another version of this program. */
export class GarbledItemError extends Error {
  readonly code = 'GarbledItem';
  readonly key: { readonly pk: string; readonly sk: string };

  constructor(key: { readonly pk: string; readonly sk: string }, found: string) {
    super(
      `the table's item ${key.pk} / ${key.sk} is garbled: ${found}. Nothing was done with it; put it right or restore the table to a point in time before.`,
    );
    this.name = 'GarbledItemError';
    this.key = key;
  }
}

/** DynamoDB went on refusing a write although it was tried again and again; it was not done. */
export class StoreBusyError extends Error {
  readonly code = 'StoreBusy';

  constructor(what: string, attempts: number) {
    super(
      `the table refused to write ${what} in ${attempts} attempts; it is overloaded or throttled. Try again later.`,
    );
    this.name = 'StoreBusyError';
  }
}

/**
 * Two requests met at one item and DynamoDB refused this one; nothing of it was done, and the SDK does not try again
 * by itself. It happens whenever a wake-up raises the lease item's counter while a write checks the lease.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export function isConflict(error: unknown): boolean {
  return errorCode(error) === 'TransactionConflictException' || cancellations(error).includes('TransactionConflict');
}

/** Why each item of a transaction was refused, in the order of its items (`None` for those that were not at fault). */
export function cancellations(error: unknown): readonly string[] {
  if (!(error instanceof Error) || errorCode(error) !== 'TransactionCanceledException') return [];
  const reasons: unknown = Reflect.get(error, 'CancellationReasons');
  if (!Array.isArray(reasons)) return [];
  return reasons.map((reason: unknown) => {
    const code: unknown = typeof reason === 'object' && reason !== null ? Reflect.get(reason, 'Code') : undefined;
    return typeof code === 'string' ? code : 'None';
  });
}

/**
 * The item as it was when the condition on it failed; `undefined` when there was none. Needs `ALL_OLD` in the request.
 * The document client leaves it in DynamoDB's own form (`{ fence: { N: '3' } }`); texts and numbers are all we keep there.
 */
export function itemOf(error: unknown): Readonly<Record<string, unknown>> | undefined {
  const item: unknown = error instanceof Error ? Reflect.get(error, 'Item') : undefined;
  if (typeof item !== 'object' || item === null) return undefined;
  return Object.fromEntries(Object.entries(item).map(([name, attribute]) => [name, plain(attribute)]));
}

function plain(attribute: unknown): unknown {
  if (typeof attribute !== 'object' || attribute === null) return attribute;
  const number: unknown = Reflect.get(attribute, 'N');
  return typeof number === 'string' ? Number(number) : Reflect.get(attribute, 'S');
}
