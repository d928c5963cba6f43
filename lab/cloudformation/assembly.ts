import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { AssemblyError } from './errors.ts';
import { partitionOf } from './template/scope.ts';

/** A directory that the CDK would zip and upload, and where the template looks for it. */
export interface DirectoryAsset {
  readonly bucket: string;
  readonly key: string;
  /** Absolute. */
  readonly directory: string;
}

/** One stack of a synthesised CDK app: what `provision` takes. */
export interface AssemblyStack {
  readonly stackName: string;
  readonly template: unknown;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly assets: readonly DirectoryAsset[];
  readonly bootstrapParameter: string | undefined;
}

const stackProperties = z.object({
  templateFile: z.string(),
  stackName: z.string().optional(),
  parameters: z.record(z.string(), z.string()).default({}),
  tags: z.record(z.string(), z.string()).default({}),
  bootstrapStackVersionSsmParameter: z.string().optional(),
});

const manifest = z.object({
  artifacts: z.record(z.string(), z.object({ type: z.string(), properties: z.unknown() })),
});

const destination = z.object({ bucketName: z.string(), objectKey: z.string() });
const assetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional(), packaging: z.enum(['file', 'zip']).default('file') }),
        destinations: z.record(z.string(), destination),
      }),
    )
    .default({}),
  dockerImages: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Reads a stack out of a `cdk.out` directory. `stackName`: by default the only one there is.
 * Source of the format: the package @aws-cdk/cloud-assembly-schema.
 *
 * @throws AssemblyError when it is not as the CDK writes it, or has no such stack; Docker image assets are refused
 */
export async function readAssembly(
  directory: string,
  at: { readonly account: string; readonly region: string },
  stackName?: string,
): Promise<AssemblyStack> {
  const { artifacts } = await readJson(join(directory, 'manifest.json'), manifest);
  const stacks = Object.entries(artifacts)
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, artifact]) => ({ id, ...parsed(artifact.properties, stackProperties, `artifact ${id}`) }))
    .map((stack) => ({ ...stack, stackName: stack.stackName ?? stack.id }));
  const matching = stacks.filter((stack) => stackName === undefined || stack.stackName === stackName);
  const [stack] = matching;
  if (stack === undefined || matching.length > 1) {
    const names = stacks.map((each) => each.stackName).join(', ') || 'none';
    throw new AssemblyError(
      `${directory} has the stacks ${names}; wanted is ${stackName ?? 'the only one: name one of them'}`,
    );
  }
  const template = await readJson(join(directory, stack.templateFile), z.unknown());
  return {
    stackName: stack.stackName,
    template,
    parameters: stack.parameters,
    tags: stack.tags,
    assets: await readAssets(directory, artifacts, stack.templateFile, at),
    bootstrapParameter: stack.bootstrapStackVersionSsmParameter,
  };
}

async function readAssets(
  directory: string,
  artifacts: z.output<typeof manifest>['artifacts'],
  templateFile: string,
  at: { readonly account: string; readonly region: string },
): Promise<readonly DirectoryAsset[]> {
  const lists = Object.entries(artifacts)
    .filter(([, artifact]) => artifact.type === 'cdk:asset-manifest')
    .map(([id, artifact]) => parsed(artifact.properties, z.object({ file: z.string() }), `artifact ${id}`));
  const assets: DirectoryAsset[] = [];
  for (const { file } of lists) {
    const { files, dockerImages } = await readJson(join(directory, file), assetManifest);
    if (Object.keys(dockerImages).length > 0) {
      throw new AssemblyError(`${file} has Docker images; the lab has no image registry to put them into`);
    }
    for (const { source, destinations } of Object.values(files)) {
      // A single file is the template, which is read where it is; directories are code.
      if (source.path === undefined || (source.packaging === 'file' && source.path !== templateFile)) {
        throw new AssemblyError(
          `${file} has an asset that is neither a directory nor the template: ${source.path ?? 'none'}`,
        );
      }
      const path = source.path;
      if (source.packaging === 'zip') {
        assets.push(
          ...Object.values(destinations).map(({ bucketName, objectKey }) => ({
            bucket: placed(bucketName, at),
            key: placed(objectKey, at),
            directory: resolve(directory, path),
          })),
        );
      }
    }
  }
  return assets;
}

/** The CDK leaves these names to whoever publishes the asset. */
function placed(text: string, at: { readonly account: string; readonly region: string }): string {
  const values: Readonly<Record<string, string>> = {
    AccountId: at.account,
    Region: at.region,
    Partition: partitionOf(at.region),
  };
  return text.replaceAll(/\$\{AWS::(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let source: unknown;
  try {
    source = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new AssemblyError(
      `can't read ${path}: ${error instanceof Error ? error.message : String(error)}. Run "npx cdk synth" first`,
    );
  }
  return parsed(source, schema, path);
}

function parsed<T>(source: unknown, schema: z.ZodType<T>, what: string): T {
  const result = schema.safeParse(source);
  if (!result.success) {
    throw new AssemblyError(`${what} is not as the CDK writes it: ${z.prettifyError(result.error)}`);
  }
  return result.data;
}
