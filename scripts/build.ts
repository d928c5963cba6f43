// Builds what is published into `dist`: JavaScript with types of `lib` and of the command line, the functions' bundles, the templates.
// So whoever installs the package needs neither TypeScript nor a bundler.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../lib/constructs/lambda-code.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
emit();
for (const name of functions()) await bundle(name);
cpSync(join(ROOT, 'templates'), join(DIST, 'templates'), { recursive: true });
chmodSync(join(DIST, 'bin', 'everswarm.js'), 0o755);

function emit(): void {
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
  const { status, error } = spawnSync(compiler, ['--project', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`tsc ended with ${error?.message ?? status}; what it found is above`);
  for (const file of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts')) nameDeclarations(join(DIST, file));
  }
}

/** The compiler rewrites the extension of imports in JavaScript, and leaves it in declarations, where there is no such file. */
function nameDeclarations(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/((?:from|import\()\s*['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'));
}

/** Directories of `lambdas/` with an entry. */
function functions(): string[] {
  return readdirSync(join(ROOT, 'lambdas')).filter((name) => existsSync(join(ROOT, 'lambdas', name, 'index.ts')));
}

/** As the CDK does it from `lambdaCode` in the repository. */
async function bundle(name: string): Promise<void> {
  const directory = join(DIST, 'functions', name);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'lambdas', name, 'index.ts')],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: BUNDLE.target,
    mainFields: BUNDLE.mainFields,
    banner: { js: BUNDLE.banner },
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  cpSync(join(ROOT, 'templates'), join(directory, 'templates'), { recursive: true });
}
