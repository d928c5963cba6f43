import { parseInput } from '../protocol/input.ts';
import type { AssetStore } from './assets.ts';
import type { FunctionCode } from './function.ts';
import * as inputs from './inputs.ts';
import type { FunctionRegistry } from './registry.ts';
import type { Route } from './rest.ts';
import type { Runner } from './runner.ts';
import { configurationShape, functionShape } from './shapes.ts';

export interface OperationsOptions {
  readonly registry: FunctionRegistry;
  readonly assets: AssetStore;
  readonly runner: Runner;
}

const FUNCTION = '/2015-03-31/functions/:name';
const PARAMETER = 'InvalidParameterValueException';

/** Functions themselves: create, read, update, delete. */
export function functionRoutes(options: OperationsOptions): Route[] {
  const { registry, assets, runner } = options;

  async function code(bucket: string, key: string): Promise<FunctionCode> {
    return { bucket, key, directory: await assets.directory(bucket, key) };
  }

  return [
    {
      action: 'CreateFunction',
      method: 'POST',
      path: '/2015-03-31/functions',
      async answer({ body }) {
        const { FunctionName, Code, Architectures, Tags, PackageType, Publish, ...settings } = parseInput(
          inputs.CreateFunction,
          body,
          PARAMETER,
        );
        const registered = registry.add(
          FunctionName,
          settings,
          await code(Code.S3Bucket, Code.S3Key),
          Architectures ?? ['x86_64'],
        );
        for (const [key, value] of Object.entries(Tags ?? {})) registered.extras.tags.set(key, value);
        return { status: 201, body: configurationShape(registered.function) };
      },
    },
    {
      action: 'ListFunctions',
      method: 'GET',
      path: '/2015-03-31/functions',
      answer: () => ({ body: { Functions: registry.list().map((each) => configurationShape(each.function)) } }),
    },
    {
      action: 'GetFunction',
      method: 'GET',
      path: FUNCTION,
      answer: ({ name }) => ({ body: functionShape(registry.get(name)) }),
    },
    {
      action: 'DeleteFunction',
      method: 'DELETE',
      path: FUNCTION,
      async answer({ name }) {
        const { function: fn } = registry.get(name);
        registry.remove(fn.name);
        await runner.removed(fn.name);
        return { status: 204, body: undefined };
      },
    },
    {
      action: 'GetFunctionConfiguration',
      method: 'GET',
      path: `${FUNCTION}/configuration`,
      answer: ({ name }) => ({ body: configurationShape(registry.get(name).function) }),
    },
    {
      action: 'UpdateFunctionConfiguration',
      method: 'PUT',
      path: `${FUNCTION}/configuration`,
      async answer({ name, body }) {
        const registered = registry.get(name);
        registry.configure(registered, parseInput(inputs.UpdateConfiguration, body, PARAMETER));
        await runner.changed(registered.function);
        return { body: configurationShape(registered.function) };
      },
    },
    {
      action: 'UpdateFunctionCode',
      method: 'PUT',
      path: `${FUNCTION}/code`,
      async answer({ name, body }) {
        const registered = registry.get(name);
        const request = parseInput(inputs.UpdateCode, body, PARAMETER);
        const next = await code(request.S3Bucket, request.S3Key);
        if (request.DryRun !== true) registry.replaceCode(registered, next, request.Architectures);
        await runner.changed(registered.function);
        return { body: configurationShape(registered.function) };
      },
    },
  ];
}
