import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bootstrapArguments, hostAptSources, servesSuite } from '../../../../lab/machines/image/bootstrap.ts';

const DEB822 = 'Types: deb\nURIs: http://mirror.invalid/debian\nSuites: bookworm bookworm-updates\nComponents: main\n';

describe('bootstrap of the machine image', () => {
  it("takes the host's sources that serve the suite", async () => {
    const directory = await mkdtemp(join(tmpdir(), 'everswarm-apt-'));
    try {
      await mkdir(join(directory, 'sources.list.d'));
      const debian = join(directory, 'sources.list.d/debian.sources');
      await writeFile(debian, DEB822);
      await writeFile(join(directory, 'sources.list.d/off.sources.disabled'), DEB822);
      await writeFile(
        join(directory, 'sources.list.d/other.list'),
        'deb http://mirror.invalid/docker bookworm stable\n',
      );
      assert.deepEqual(await hostAptSources(directory), [debian]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('finds none on a host without apt, so that the default is taken', async () => {
    assert.deepEqual(await hostAptSources('/nonexistent'), []);
  });

  it('tells its own suite from others and from comments', () => {
    assert.ok(servesSuite('deb http://mirror.invalid/debian bookworm main contrib\n'));
    assert.ok(!servesSuite('# deb http://mirror.invalid/debian bookworm main\n'));
    assert.ok(!servesSuite('deb http://mirror.invalid/debian trixie main\n'));
    assert.ok(!servesSuite('deb http://mirror.invalid/security bookworm-security main\n'));
  });

  it('puts the target before the sources', () => {
    const args = bootstrapArguments('/target', ['/a.sources'], ['Acquire::Check-Date "false";']);
    assert.deepEqual(args.slice(-3), ['bookworm', '/target', '/a.sources']);
    assert.ok(args.includes('--aptopt=Acquire::Check-Date "false";'));
  });
});
