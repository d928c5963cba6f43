import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { run } from '../support/command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'everswarm-package-'));
const project = join(work, 'shop');
after(() => rmSync(work, { recursive: true, force: true }));

const manifest = z
  .object({ devDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
const exactly = (name: string) => `${name}@${manifest.devDependencies[name]}`;

async function succeed(file: string, args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await run(file, args, { cwd, env });
  assert.equal(code, 0, `${file} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Synthesises the example in `cwd` as Node.js finds `everswarm` from there; no bundler is on the path. */
async function synthesise(name: string, cwd: string, flags: readonly string[] = [], PATH = '/usr/bin:/bin') {
  const out = join(work, name);
  await succeed(process.execPath, [...flags, 'app.ts'], cwd, { CDK_OUTDIR: out, PATH });
  const template: unknown = JSON.parse(readFileSync(join(out, 'WebShop.template.json'), 'utf8'));
  const bundles = readdirSync(out)
    .filter((file) => file.startsWith('asset.'))
    .map((file) => readFileSync(join(out, file, 'index.mjs'), 'utf8'))
    .sort();
  return { template, bundles };
}

/** The hash of an asset is that of its files' names as well, and those differ by how it came about. */
function withoutHashes(template: unknown): unknown {
  return JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}\.zip/g, 'asset.zip'));
}

describe('the package, installed into an empty project', () => {
  let files: string[] = [];

  before(async () => {
    const packed = await succeed('npm', ['pack', '--json', '--pack-destination', work], ROOT);
    const [tarball] = z
      .array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }))
      .parse(JSON.parse(packed.slice(packed.indexOf('[\n'))));
    assert.ok(tarball);
    files = tarball.files.map(({ path }) => path);
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    const wanted = [join(work, tarball.filename), exactly('aws-cdk-lib'), exactly('constructs')];
    await succeed('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...wanted], project);
    cpSync(join(ROOT, 'examples', 'web-shop'), project, { recursive: true });
  });

  it('holds what is built, and neither sources nor tests nor the lab', () => {
    assert.ok(files.includes('dist/lib/index.js'));
    assert.ok(files.includes('dist/lib/index.d.ts'));
    for (const name of ['reconcile', 'deployment', 'console', 'console-orders'])
      assert.ok(files.includes(`dist/functions/${name}/index.mjs`));
    assert.deepEqual(files.filter((path) => !path.startsWith('dist/')).sort(), [
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    assert.deepEqual(
      files.filter((path) => /(?<!\.d)\.ts$|\/(test|lab)\//.test(path)),
      [],
    );
  });

  it('has the command line, with all that it needs at run time', async () => {
    const help = await succeed('npx', ['--no-install', 'everswarm', '--help'], project);
    assert.match(help, /^Usage: everswarm \[options\] \[command\]/);
    assert.match(help, /^ {2}status /m);
    const version = await succeed('npx', ['--no-install', 'everswarm', '--version'], project);
    const installed = join(project, 'node_modules', 'everswarm', 'package.json');
    assert.equal(version.trim(), JSON.parse(readFileSync(installed, 'utf8')).version);
    const { code, stderr } = await run('npx', ['--no-install', 'everswarm', 'status'], {
      cwd: project,
      env: {
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      },
    });
    assert.deepEqual([code, /can't be reached/.test(stderr)], [4, true], stderr);
  });

  it('brings no bundler along', () => {
    const installed = readdirSync(join(project, 'node_modules'));
    assert.ok(installed.includes('everswarm'));
    for (const name of ['esbuild', 'typescript', 'cdk-nag']) assert.ok(!installed.includes(name), name);
  });

  it('synthesises to the same template and the same code as from the source', async () => {
    const installed = await synthesise('installed', project);
    const flags = ['--conditions=everswarm-source'];
    const source = await synthesise('source', join(ROOT, 'examples', 'web-shop'), flags, process.env['PATH']);
    const functions = files.filter((path) => /^dist\/functions\/[^/]+\/index\.mjs$/.test(path));
    assert.equal(installed.bundles.length, functions.length);
    assert.ok(installed.bundles.every((code, index) => code === source.bundles[index]));
    assert.deepEqual(withoutHashes(installed.template), withoutHashes(source.template));
  });

  it('has types: the example is checked against them, and a wrong property is found', async () => {
    writeFileSync(
      join(project, 'wrong.ts'),
      "import type { SelfHealingSwarmProps } from 'everswarm';\n// @ts-expect-error the number of days is no text\nexport const wrong: Partial<SelfHealingSwarmProps> = { logRetention: 'a week' };\n",
    );
    const types = join(ROOT, 'node_modules', '@types');
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      types: ['node'],
      typeRoots: [types],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    await succeed(join(ROOT, 'node_modules', '.bin', 'tsc'), ['--project', '.'], project);
  });
});
