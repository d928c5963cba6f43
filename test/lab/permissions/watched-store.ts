import type { ClusterStatus, EventRecord, Store } from '../../../lib/store/store.ts';

/** What a function wrote that a test wants to know. */
export interface Noted {
  readonly status?: ClusterStatus | undefined;
  /** A failure that it entered into the event log. */
  readonly complaint?: string | undefined;
}

/** The same store; `called` gets the name of each method that is used. */
export function watched(store: Store, called: Set<string>, note: (noted: Noted) => void): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (...given: unknown[]): unknown => {
        called.add(String(name));
        if (name === 'putStatus') note({ status: asStatus(given[1]) });
        if (name === 'log') note({ complaint: complaintIn(given[0]) });
        return Reflect.apply(method, target, given);
      };
    },
  });
}

function asStatus(value: unknown): ClusterStatus {
  return Object(value);
}

/** Failures of permission only: others pass by themselves, as they do in any life of a cluster. */
function complaintIn(events: unknown): string | undefined {
  const records: readonly EventRecord[] = Array.isArray(events) ? events : [];
  const failed = records.find(
    ({ kind, reason }) =>
      (kind === 'error' || kind === 'action-failed') && /not authorized|AccessDenied|Unauthorized/.test(reason),
  );
  return failed && `${failed.name} ${failed.subject}: ${failed.reason}`;
}
