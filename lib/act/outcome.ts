/** How an action went. A failure is a fact for the next plan, not an exception. */
export type ActionOutcome =
  | { readonly ok: true; readonly detail: string }
  | {
      readonly ok: false;
      /** Stable: an AWS error code, or a name of ours. */
      readonly code: string;
      readonly message: string;
      /** `soon`: nothing is wrong, it was too early. `backoff`: something is. */
      readonly retry: 'soon' | 'backoff';
    };
