import { setTimeout as sleep } from 'node:timers/promises';

/** A claim of the demo that did not hold. */
export class ClaimError extends Error {
  readonly code = 'ClaimFailed';
  constructor(claim: string, found: string) {
    super(`${claim}: ${found}`);
    this.name = 'ClaimError';
  }
}

/** Where the demo is shown. */
export interface Screen {
  write(text: string): unknown;
  /** Can a line be written over? */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const LOOK_EVERY_MS = 150;
const SAY_EVERY_MS = 5_000;

/** What the demo shows while it runs: headings, facts, and what is being waited for with its seconds. */
export class Progress {
  readonly #screen: Screen;
  readonly #coloured: boolean;
  readonly #began = performance.now();

  constructor(screen: Screen, options: { readonly coloured: boolean }) {
    this.#screen = screen;
    this.#coloured = options.coloured;
  }

  heading(text: string): void {
    this.#screen.write(`\n${this.#coloured ? `\x1b[1m${text}\x1b[0m` : text}\n`);
  }

  say(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.#screen.write(`  ${line}\n`);
  }

  /** Rows that must not wrap: what is too wide for a terminal is cut. */
  table(text: string): void {
    const width = this.#screen.isTTY === true ? (this.#screen.columns ?? 80) - 2 : Number.POSITIVE_INFINITY;
    for (const line of text.trimEnd().split('\n')) this.#screen.write(`  ${line.slice(0, width).trimEnd()}\n`);
  }

  /**
   * Looks until `look` gives something; shows what is waited for and for how long.
   * @throws ClaimError after `seconds`
   */
  async until<T>(
    what: string,
    seconds: number,
    look: () => Promise<T | undefined>,
    detail: () => string = () => '',
  ): Promise<T> {
    return await this.#show(what, detail, async (elapsed) => {
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (elapsed() > seconds) throw new ClaimError(what, `not within ${seconds} s. ${detail()}`);
        await sleep(LOOK_EVERY_MS);
      }
    });
  }

  /** Shows work that ends by itself. */
  async during<T>(what: string, work: Promise<T>, detail: () => string = () => ''): Promise<T> {
    return await this.#show(what, detail, () => work);
  }

  /** Seconds since the demo began. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  async #show<T>(what: string, detail: () => string, work: (elapsed: () => number) => Promise<T>): Promise<T> {
    const began = performance.now();
    const elapsed = (): number => (performance.now() - began) / 1000;
    const live = this.#screen.isTTY === true;
    const tick = setInterval(
      () => {
        const line = `  … ${what}: ${elapsed().toFixed(live ? 1 : 0)} s  ${detail()}`;
        this.#screen.write(live ? `\r\x1b[K${line.slice(0, (this.#screen.columns ?? 80) - 1)}` : `${line.trimEnd()}\n`);
      },
      live ? LOOK_EVERY_MS : SAY_EVERY_MS,
    );
    try {
      const result = await work(elapsed);
      this.#over(`✔ ${what} (${elapsed().toFixed(1)} s)`);
      return result;
    } catch (error) {
      this.#over(`✘ ${what} (${elapsed().toFixed(1)} s)`);
      throw error;
    } finally {
      clearInterval(tick);
    }
  }

  #over(text: string): void {
    this.#screen.write(`${this.#screen.isTTY === true ? '\r\x1b[K' : ''}  ${text}\n`);
  }
}
