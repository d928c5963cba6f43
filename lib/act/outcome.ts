/** What became of an action. A failure says when trying again makes sense; the next pass decides whether to. */
export type ActionOutcome =
  | { readonly ok: true; readonly detail: string }
  | {
      readonly ok: false;
      /** AWS's error code, or one of ours, e.g. `Busy`, `NoQuorum`. */
      readonly code: string;
      readonly message: string;
      /** `soon`: it passes by itself within seconds; `backoff`: something has to change first. */
      readonly retry: 'soon' | 'backoff';
    };

export function done(detail: string): ActionOutcome {
  return { ok: true, detail };
}

/** Too long ago for an effect that can't be taken back: the next pass looks first. */
export function outdated(): ActionOutcome {
  return failed('Outdated', 'what it was planned from is too old by now; it is planned again', 'soon');
}

export function failed(code: string, message: string, retry: 'soon' | 'backoff'): ActionOutcome {
  return { ok: false, code, message, retry };
}
