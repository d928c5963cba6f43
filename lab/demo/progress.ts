import { setTimeout as sleep } from 'node:timers/promises';

/** A claim of the demo that did not hold. */
export class ClaimError extends Error {
  readonly code = 'ClaimFailed';
  constructor(claim: string, found: string) {
    super(`${claim}: ${found}`);
    this.name = 'ClaimError';
  }
}

const LOOK_EVERY_MS = 150;
const SAY_EVERY_MS = 5_000;

/** What the demo shows while it runs: headings, facts, and what is being waited for with its seconds. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #began = performance.now();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  heading(text: string): void {
    this.#stream.write(`\n${this.#bold(text)}\n`);
  }

  say(text: string): void {
    for (const line of text.split('\n')) this.#stream.write(`  ${line}\n`);
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
    const began = performance.now();
    let said = 0;
    for (;;) {
      const found = await look();
      const elapsed = performance.now() - began;
      if (found !== undefined) {
        this.#over(`✔ ${what} (${(elapsed / 1000).toFixed(1)} s)`);
        return found;
      }
      if (elapsed > seconds * 1000) {
        this.#over(`✘ ${what}: not within ${seconds} s`);
        throw new ClaimError(what, `not within ${seconds} s. ${detail()}`);
      }
      if (this.#stream.isTTY) {
        this.#stream.write(
          `\r\x1b[K  … ${what}: ${(elapsed / 1000).toFixed(1)} s  ${detail()}`.slice(0, this.#stream.columns),
        );
      } else if (elapsed - said > SAY_EVERY_MS) {
        said = elapsed;
        this.#stream.write(`  … ${what}: ${(elapsed / 1000).toFixed(0)} s  ${detail()}\n`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Seconds since the demo began. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  #over(text: string): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
    this.#stream.write(`  ${text}\n`);
  }

  #bold(text: string): string {
    return this.#stream.isTTY && process.env['NO_COLOR'] === undefined ? `\x1b[1m${text}\x1b[0m` : text;
  }
}
