import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { build } from 'esbuild';
import fc from 'fast-check';
import { documentScript } from '../../lib/flavors/documents.ts';
import { renderTemplate, shellQuote, TemplateError } from '../../lib/templates.ts';

describe('templates', () => {
  it('quotes any text so that a shell gives it back', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
    fc.assert(
      fc.property(fc.oneof(text, fc.constantFrom("'", "a'b''c", '$(id)`x`\\', '-n', 'two\nlines')), (value) => {
        const back = execFileSync('bash', ['-c', `printf %s ${shellQuote(value)}`], { encoding: 'utf8' });
        assert.equal(back, value);
      }),
      { numRuns: 60 },
    );
    assert.throws(() => shellQuote('a\0b'), TypeError);
  });

  it('refuses a template that is not there and a value that is missing', () => {
    assert.throws(() => renderTemplate('nothing.sh.hbs', {}), TemplateError);
    assert.throws(() => renderTemplate('documents/probe.sh.hbs', { cluster: 'demo' }), TemplateError);
  });

  it('finds the templates beside a bundle, as in a Lambda function', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'everswarm-bundle-'));
    try {
      await build({
        stdin: {
          contents: `import { documentScript } from './lib/flavors/documents.ts'; process.stdout.write(documentScript('demo', 'probe'));`,
          resolveDir: join(import.meta.dirname, '../..'),
        },
        bundle: true,
        platform: 'node',
        format: 'esm',
        mainFields: ['module', 'main'],
        banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
        outfile: join(directory, 'index.mjs'),
        logLevel: 'error',
      });
      await cp(join(import.meta.dirname, '../../templates'), join(directory, 'templates'), { recursive: true });
      await writeFile(join(directory, 'package.json'), '{}');
      const script = execFileSync(process.execPath, [join(directory, 'index.mjs')], { cwd: '/', encoding: 'utf8' });
      assert.equal(script, documentScript('demo', 'probe'));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
