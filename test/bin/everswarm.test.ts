import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { LAB_CREDENTIALS } from '../../lab/cli/credentials.ts';
import { exportedVariables } from '../../lab/cli/environment.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { clusterParameterName } from '../../lib/names.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = join(ROOT, 'bin', 'everswarm.ts');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

describe('the program', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'everswarm-cli-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  /** With these variables and nothing else of AWS around it: no file of the user's, no metadata service. */
  function everswarm(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const child = spawn(process.execPath, [COMMAND, ...words], {
      cwd: directory,
      env: { PATH: dirname(process.execPath), HOME: directory, AWS_EC2_METADATA_DISABLED: 'true', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', notes: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => (said.out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (said.notes += text));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...said }));
    });
  }

  const KEYS = { AWS_ACCESS_KEY_ID: 'lab', AWS_SECRET_ACCESS_KEY: 'lab' };

  it('is of the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    assert.deepEqual(await everswarm(['--version']), { code: 0, out: `${version}\n`, notes: '' });
  });

  it('says what is missing: the Region, the credentials, the network', async () => {
    const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
      [KEYS, /^error: no Region is known.*\n {2}Give --region, or set AWS_REGION\.\n$/],
      [{ AWS_REGION: 'eu-west-1' }, /^error: no AWS credentials were found\n {2}Log in/],
      [
        { ...KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
        /^error: AWS_ENDPOINT_URL, http:\/\/127\.0\.0\.1:9, can't be reached \(ECONNREFUSED\)/,
      ],
    ];
    const ended = await Promise.all(wrong.map(([env]) => everswarm(['status'], env)));
    for (const [index, { code, out, notes }] of ended.entries()) {
      assert.deepEqual([code, out], [4, '']);
      assert.match(notes, wrong[index]?.[1] ?? /^$/);
    }
  });

  it('colours only where it is asked to, as it writes to no terminal', async () => {
    const colours: readonly Readonly<Record<string, string>>[] = [
      {},
      { FORCE_COLOR: '1' },
      { FORCE_COLOR: '1', NO_COLOR: '1' },
    ];
    const said = await Promise.all(colours.map((env) => everswarm(['status'], { ...KEYS, ...env })));
    assert.deepEqual(
      said.map(({ notes }) => notes.includes('\u001b[31merror: \u001b[0m')),
      [false, true, false],
    );
  });

  describe('in an account', () => {
    let lab: Lab;
    before(async () => {
      const stateDirectory = join(directory, 'state');
      lab = await startLab({ name: `cli-${process.pid}`, fleet: 'simulated', stateDirectory, progress: () => {} });
    });
    after(() => lab.stop());

    async function enter(cluster: string, value: string): Promise<void> {
      const ssm = new SSMClient({ region: 'us-east-1', endpoint: lab.endpoint, credentials: LAB_CREDENTIALS });
      await ssm.send(new PutParameterCommand({ Name: clusterParameterName(cluster), Value: value, Type: 'String' }));
      ssm.destroy();
    }
    const status = (...words: string[]) => everswarm(['status', ...words], exportedVariables(lab.endpoint));

    it('finds its cluster by the name, or says which there are', async () => {
      assert.match((await status()).notes, /^error: there is no cluster in this account and Region\n/);
      const entry = JSON.stringify({ table: 'gone', reconcileFunction: 'gone' });
      await enter('blue', entry);
      const gone = await status();
      assert.equal(gone.code, 4);
      assert.match(gone.notes, /^error: the cluster's table or function is gone.*\n {2}Its stack may be being removed/);
      await enter('green', entry);
      const which = await status();
      assert.deepEqual([which.code, which.out], [1, '']);
      assert.match(
        which.notes,
        /there are 2 clusters in this account and Region: blue, green\n {2}Name one with --cluster/,
      );
      assert.match((await status('-c', 'geen')).notes, /no cluster "geen".*\n {2}Did you mean --cluster green\?/);
      await enter('red', 'written by hand');
      assert.match((await status('--cluster', 'red')).notes, /\/everswarm-clusters\/red is no entry of a cluster/);
    });
  });
});
