import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const SETUP = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));

describe('set-up', () => {
  it('says and does nothing when all is there', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SETUP], { encoding: 'utf8' });
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
  });

  it('says what is missing and why, and installs nothing without apt', () => {
    // No Java and no apt-get on this PATH; `sh` and the like come from /usr/bin, which is not on it.
    const { status, stdout, stderr } = spawnSync(process.execPath, [SETUP], {
      encoding: 'utf8',
      env: { PATH: '/nonexistent' },
    });
    assert.equal(status, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /not installed here: openjdk-17-jre-headless \(DynamoDB Local runs on Java 17 or newer\)/);
  });
});
