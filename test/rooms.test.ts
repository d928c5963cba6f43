import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  /** From the project's root. */
  readonly file: string;
  /** A package's name, or a file from the project's root. */
  readonly target: string;
  readonly isType: boolean;
}

const STATEMENT = /^(?:import|export)\s(type\s)?[^;]*?from\s+'([^']+)';/gm;

function importsBelow(...folders: readonly string[]): readonly Import[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => importsOf(join(folder, name))),
  );
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(STATEMENT)].map(([, type, from = '']) => ({
    file,
    target: from.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), from)) : from,
    isType: type !== undefined,
  }));
}

function below(path: string, ...folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(`${folder}/`));
}

function assertNone(imports: readonly Import[], rule: string): void {
  assert.deepEqual(
    imports.map(({ file, target }) => `${file} imports ${target}`),
    [],
    rule,
  );
}

describe('the rooms', () => {
  const product = importsBelow('lib', 'lambdas', 'bin');

  it('are all read', () => {
    assert.ok(product.length > 200);
  });

  it('keep the planner pure: the spec, its own files, and types', () => {
    const allowed = ({ target, isType }: Import): boolean =>
      isType || below(target, 'lib/plan', 'lib/spec') || target === 'lib/names.ts';
    assertNone(
      importsBelow('lib/plan').filter((one) => !allowed(one)),
      'lib/plan',
    );
  });

  it('keep the dry run pure, as the planner is', () => {
    const allowed = ({ target, isType }: Import): boolean =>
      isType ||
      below(target, 'lib/preview', 'lib/plan', 'lib/spec') ||
      ['lib/few.ts', 'lib/names.ts', 'lib/reconcile/lanes.ts'].includes(target);
    assertNone(
      importsBelow('lib/preview').filter((one) => !allowed(one)),
      'lib/preview',
    );
  });

  it('let only those know the AWS SDK that talk to AWS', () => {
    const knowing = ['lib/aws', 'lib/observe', 'lib/act', 'lib/store', 'lib/deployment'];
    assertNone(
      product.filter(({ file, target }) => target.startsWith('@aws-sdk/') && !below(file, ...knowing)),
      'AWS SDK',
    );
  });

  it('leave what operators do to operators: of the functions only the console knows of it, and the rest not either', () => {
    const operators = [
      'lib/operate',
      'lib/cli',
      'lib/preview',
      'lib/console',
      'lambdas/console',
      'lambdas/console-orders',
    ];
    assertNone(
      product.filter(
        ({ file, target }) => below(target, ...operators) && !below(file, ...operators) && file !== 'bin/everswarm.ts',
      ),
      'operators',
    );
  });

  it('keep the console a drawing: it reads nothing and changes nothing', () => {
    const drawing = ['lib/console', 'lib/templates.ts', 'lib/words.ts', 'lib/operate/action-words.ts', 'zod'];
    assertNone(
      importsBelow('lib/console').filter(
        ({ target, isType }) => !isType && !drawing.some((one) => target === one || below(target, one)),
      ),
      'lib/console',
    );
  });

  it('let only the constructs and the app know the CDK', () => {
    const knows = (file: string): boolean => below(file, 'lib/constructs') || file === 'bin/app.ts';
    const cdk = ({ target }: Import): boolean => target.startsWith('aws-cdk-lib') || target === 'constructs';
    assertNone(
      product.filter((one) => cdk(one) && !knows(one.file)),
      'CDK',
    );
    // It checks this app; those of others, and the package, are not bound to it.
    assertNone(
      product.filter(({ file, target }) => target === 'cdk-nag' && file !== 'bin/app.ts'),
      'cdk-nag',
    );
  });

  it('keep the evaluator of policies, whose licence is the AGPL, in the lab and its tests', () => {
    assertNone(
      product.filter(({ target }) => target.startsWith('@cloud-copilot/')),
      'AGPL',
    );
    const { dependencies, peerDependencies, devDependencies } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    const shipped = Object.keys({ ...dependencies, ...peerDependencies });
    assert.deepEqual(
      shipped.filter((name) => name.startsWith('@cloud-copilot/')),
      [],
    );
    assert.match(devDependencies['@cloud-copilot/iam-simulate'], /^\d+\.\d+\.\d+$/);
  });

  it('keep the product free of the lab, and the functions free of the CDK', () => {
    assertNone(
      product.filter(({ target }) => below(target, 'lab', 'test')),
      'lab',
    );
    assertNone(
      product.filter(({ file, target }) => below(file, 'lambdas') && below(target, 'lib/constructs')),
      'lambdas',
    );
  });
});
