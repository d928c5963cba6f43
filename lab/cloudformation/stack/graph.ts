/** What must be there before what: by name, the names it needs. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/** The names on a circle of dependencies, in order; `undefined` when there is none. */
export function findCycle(dependencies: Dependencies): readonly string[] | undefined {
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (name: string): readonly string[] | undefined => {
    if (trail.includes(name)) {
      return [...trail.slice(trail.indexOf(name)), name];
    }
    if (done.has(name)) {
      return undefined;
    }
    trail.push(name);
    for (const needed of dependencies.get(name) ?? []) {
      const cycle = visit(needed);
      if (cycle !== undefined) {
        return cycle;
      }
    }
    trail.pop();
    done.add(name);
    return undefined;
  };
  for (const name of dependencies.keys()) {
    const cycle = visit(name);
    if (cycle !== undefined) {
      return cycle;
    }
  }
  return undefined;
}

/** The same graph seen from the other end: what has to go before what. Names that are no nodes are left out. */
export function reversed(dependencies: Dependencies): Dependencies {
  const result = new Map<string, Set<string>>([...dependencies.keys()].map((name) => [name, new Set<string>()]));
  for (const [name, needed] of dependencies) {
    for (const one of needed) {
      result.get(one)?.add(name);
    }
  }
  return result;
}

/**
 * Visits each node once all that it needs has been visited, independent ones side by side.
 * `visit` says whether it went well; what needs a node that did not is never visited. Once `halted` says so,
 * nothing new is begun. Resolves when no visit is under way any more.
 *
 * @throws whatever a visit throws, after the others under way have ended
 */
export async function walk(
  dependencies: Dependencies,
  visit: (name: string) => Promise<boolean>,
  halted: () => boolean = () => false,
): Promise<void> {
  const waiting = new Map([...dependencies].map(([name, needed]) => [name, new Set(needed)]));
  const advance = async (): Promise<void> => {
    const ready = [...waiting].filter(([, needed]) => needed.size === 0).map(([name]) => name);
    for (const name of ready) {
      waiting.delete(name);
    }
    await settleAll(
      ready.map(async (name) => {
        if (halted() || !(await visit(name))) {
          return;
        }
        for (const needed of waiting.values()) {
          needed.delete(name);
        }
        await advance();
      }),
    );
  };
  await advance();
}

async function settleAll(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}
