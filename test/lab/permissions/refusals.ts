import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

/** AWS's code for what became of a call; `undefined`: it was carried out. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

const REFUSALS = ['UnauthorizedOperation', 'AccessDeniedException', 'AccessDenied'];

/** Each call has to be refused for want of permission, and for nothing else. */
export function refuses(what: string, calls: Readonly<Record<string, () => Promise<unknown>>>): void {
  describe(what, () => {
    for (const [name, call] of Object.entries(calls)) {
      it(`is refused: ${name}`, async () => {
        const code = await codeOf(call());
        assert.ok(REFUSALS.includes(code ?? ''), `it was answered: ${code ?? 'with success'}`);
      });
    }
  });
}
