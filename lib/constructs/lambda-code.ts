import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** The repository, or `dist` in the published package. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * How each function is bundled: an ES module with its SDK clients in it, so that what was tested is what runs. In esbuild's own
 * words, for the published package is built with the same (`scripts/build.ts`; a test compares the two).
 */
export const BUNDLE = {
  target: 'node24',
  // The ES module builds of the SDK are shaken down to what is used; their CommonJS builds are not.
  mainFields: ['module', 'main'],
  // CommonJS packages in the bundle (handlebars) call require, which an ES module doesn't have.
  banner: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
};

type LambdaCode = Pick<
  NodejsFunctionProps,
  'code' | 'entry' | 'handler' | 'projectRoot' | 'depsLockFilePath' | 'bundling'
>;

/**
 * The code of a function: in the published package, the bundle that is in it, so that whoever uses it needs no
 * bundler; in the repository, bundled from the source at synthesis.
 *
 * @param name directory under `lambdas/` whose `index.ts` exports `handler`
 */
export function lambdaCode(name: string): LambdaCode {
  const bundle = join(ROOT, 'functions', name);
  if (existsSync(bundle)) return { code: Code.fromAsset(bundle), handler: 'index.handler' };
  return fromSource(name);
}

function fromSource(name: string): LambdaCode {
  return {
    entry: join(ROOT, 'lambdas', name, 'index.ts'),
    handler: 'handler',
    projectRoot: ROOT,
    depsLockFilePath: join(ROOT, 'package-lock.json'),
    bundling: {
      ...BUNDLE,
      format: OutputFormat.ESM,
      minify: true,
      sourceMap: true,
      sourcesContent: false,
      bundleAwsSDK: true,
      commandHooks: {
        beforeBundling: () => [],
        beforeInstall: () => [],
        // The loader looks for them beside the bundle.
        afterBundling: (inputDir, outputDir) => [
          `cp -R "${join(inputDir, 'templates')}" "${join(outputDir, 'templates')}"`,
        ],
      },
    },
  };
}
