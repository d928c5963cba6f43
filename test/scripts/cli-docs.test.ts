import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cliDocument } from '../../scripts/cli-docs.ts';

test('docs/cli.md says what the command line does: `node scripts/cli-docs.ts` writes it anew', () => {
  assert.equal(readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8'), cliDocument());
});
