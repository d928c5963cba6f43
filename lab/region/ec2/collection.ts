/** Things by id, in the order of their making, which is also the order of pages. */
export class Collection<T extends { readonly id: string }> {
  readonly #entries = new Map<string, { readonly serial: number; readonly item: T }>();
  #next = 1;

  add(item: T): T {
    this.#entries.set(item.id, { serial: this.#next, item });
    this.#next += 1;
    return item;
  }

  get(id: string): T | undefined {
    return this.#entries.get(id)?.item;
  }

  delete(id: string): void {
    this.#entries.delete(id);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const { item } of this.#entries.values()) yield item;
  }

  filter(wanted: (item: T) => boolean): T[] {
    const found: T[] = [];
    for (const { item } of this.#entries.values()) if (wanted(item)) found.push(item);
    return found;
  }

  find(wanted: (item: T) => boolean): T | undefined {
    for (const item of this) if (wanted(item)) return item;
    return undefined;
  }

  /** Grows with each addition; 0 for what is not there. */
  serial(id: string): number {
    return this.#entries.get(id)?.serial ?? 0;
  }
}
