import type { ClusterStatus, EventRecord, Store } from '../../../lib/store/store.ts';

/** What a function wrote that a test wants to know. */
export interface Noted {
  readonly status?: ClusterStatus | undefined;
  /** A failure that it entered into the event log. */
  readonly complaint?: string | undefined;
}

/** The same store; `called` gets the name of each method that is used. */
export function watched(store: Store, called: Set<string>, note: (noted: Noted) => void): Store {
  const failures = new Map<string, number>();
  return new Proxy(store, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (...given: unknown[]): unknown => {
        called.add(String(name));
        if (name === 'putStatus') note({ status: asStatus(given[1]) });
        if (name === 'log') note({ complaint: complaintIn(given[0], failures) });
        return Reflect.apply(method, target, given);
      };
    },
  });
}

function asStatus(value: unknown): ClusterStatus {
  return Object(value);
}

/** A failure of anything else than a permission passes by itself, as in any life of a cluster: not if it comes so often. */
const TOO_OFTEN = 3;

/** @param failures how often an action on something failed until now */
function complaintIn(events: unknown, failures: Map<string, number>): string | undefined {
  const records: readonly EventRecord[] = Array.isArray(events) ? events : [];
  const failed = records.find(({ kind, name, subject, reason }) => {
    if (kind !== 'error' && kind !== 'action-failed') return false;
    const number = (failures.get(`${name} ${subject}`) ?? 0) + 1;
    failures.set(`${name} ${subject}`, number);
    return number >= TOO_OFTEN || /not authorized|AccessDenied|Unauthorized/.test(reason);
  });
  return failed && `${failed.name} ${failed.subject}: ${failed.reason}`;
}
