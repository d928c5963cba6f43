/** What of the system a run or a campaign has been through. Counts by name, so that they can be added up. */
export class Coverage {
  readonly counts = new Map<string, number>();

  count(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  acted(kind: string, ok: boolean): void {
    this.count(`action ${kind}${ok ? '' : ' (failed)'}`);
  }

  /** @param line `rule: subject` */
  held(line: string): void {
    this.count(`held ${line.split(':', 1)[0]}`);
  }

  /** @param line `subject: what` */
  waited(line: string): void {
    const what = line.slice(line.indexOf(': ') + 2);
    this.count(
      `waiting for ${what.replaceAll(/\b(i|eni|vol)-[0-9a-f]+/g, '$1').replaceAll(/\b[0-9a-z]{25}\b/g, 'node')}`,
    );
  }

  reached(state: string): void {
    this.count(`state ${state}`);
  }

  fault(kind: string): void {
    this.count(`fault ${kind}`);
  }

  add(counts: Iterable<readonly [string, number]>): void {
    for (const [name, by] of counts) this.count(name, by);
  }
}
