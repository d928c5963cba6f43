/** Methods that may look at every element of what they are called on. */
const WALKS: readonly { readonly prototype: object; readonly methods: readonly (string | symbol)[] }[] = [
  {
    prototype: Array.prototype,
    methods: [
      'every',
      'filter',
      'find',
      'findIndex',
      'flat',
      'flatMap',
      'forEach',
      'includes',
      'indexOf',
      'join',
      'map',
      'reduce',
      'slice',
      'some',
      'sort',
      Symbol.iterator,
    ],
  },
  { prototype: Map.prototype, methods: ['entries', 'keys', 'values', 'forEach', Symbol.iterator] },
  { prototype: Set.prototype, methods: ['entries', 'keys', 'values', 'forEach', Symbol.iterator] },
];

/**
 * How many elements of lists, maps and sets `run` walks over, at most. Unlike its time, this is the same in each run,
 * however busy the machine is. `run` must be synchronous: the built-in methods count only as long as it lasts.
 */
export function elementsWalked(run: () => void): number {
  let walked = 0;
  const restore: (() => void)[] = [];
  for (const { prototype, methods } of WALKS) {
    for (const method of methods) {
      const before = Object.getOwnPropertyDescriptor(prototype, method);
      const original: unknown = before?.value;
      if (before === undefined || typeof original !== 'function') throw new Error(`no method ${String(method)}`);
      const value = function (this: object, ...args: readonly unknown[]): unknown {
        walked += sizeOf(this);
        return Reflect.apply(original, this, args);
      };
      Object.defineProperty(prototype, method, { ...before, value });
      restore.push(() => Object.defineProperty(prototype, method, before));
    }
  }
  try {
    run();
  } finally {
    // Not by a loop over the list itself: that would be counted, too.
    while (restore.length > 0) restore.pop()?.();
  }
  return walked;
}

function sizeOf(collection: object): number {
  if (Array.isArray(collection)) return collection.length;
  return collection instanceof Map || collection instanceof Set ? collection.size : 0;
}
