// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the CDK leaves these names in its asset manifests
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAssembly } from '../../../lab/cloudformation/assembly.ts';
import { AssemblyError } from '../../../lab/cloudformation/errors.ts';

const AT = { account: '123456789012', region: 'us-east-1' };
const CODE = {
  source: { path: 'asset.abc', packaging: 'zip' },
  destinations: {
    here: {
      bucketName: 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}',
      objectKey: 'abc.zip',
      assumeRoleArn: 'x',
    },
  },
};
const TEMPLATE = { ...CODE, source: { path: 'Demo.template.json', packaging: 'file' } };
const STACK = {
  type: 'aws:cloudformation:stack',
  environment: 'aws://unknown-account/unknown-region',
  properties: {
    templateFile: 'Demo.template.json',
    tags: { team: 'blue' },
    bootstrapStackVersionSsmParameter: '/cdk-bootstrap/hnb659fds/version',
  },
};
const ASSETS = { type: 'cdk:asset-manifest', properties: { file: 'Demo.assets.json' } };
const OTHERS = { Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } } };

async function inAssembly(
  artifacts: Record<string, unknown>,
  manifest: Record<string, unknown>,
  check: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'assembly-'));
  try {
    await writeFile(join(directory, 'manifest.json'), JSON.stringify({ version: '50.0.0', artifacts }));
    await writeFile(join(directory, 'Demo.template.json'), JSON.stringify({ Resources: {} }));
    await writeFile(join(directory, 'Demo.assets.json'), JSON.stringify(manifest));
    await check(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('a stack with its template, tags, and code where the template looks for it', async () => {
  await inAssembly(
    { Demo: STACK, 'Demo.assets': ASSETS, ...OTHERS },
    { files: { abc: CODE, t: TEMPLATE } },
    async (directory) => {
      assert.deepEqual(await readAssembly(directory, AT), {
        stackName: 'Demo',
        template: { Resources: {} },
        parameters: {},
        tags: { team: 'blue' },
        assets: [
          {
            bucket: 'cdk-hnb659fds-assets-123456789012-us-east-1',
            key: 'abc.zip',
            directory: join(directory, 'asset.abc'),
          },
        ],
        bootstrapParameter: '/cdk-bootstrap/hnb659fds/version',
      });
    },
  );
});

test('one of several stacks has to be named', async () => {
  const renamed = { ...STACK, properties: { ...STACK.properties, stackName: 'Second' } };
  await inAssembly({ Demo: STACK, Two: renamed }, {}, async (directory) => {
    await assert.rejects(readAssembly(directory, AT), /has the stacks Demo, Second; wanted is the only one/);
    await assert.rejects(readAssembly(directory, AT, 'Third'), /wanted is Third/);
    assert.equal((await readAssembly(directory, AT, 'Second')).stackName, 'Second');
  });
});

test('what the lab can not publish is refused', async () => {
  const artifacts = { Demo: STACK, 'Demo.assets': ASSETS };
  await inAssembly(artifacts, { dockerImages: { x: {} } }, async (directory) => {
    await assert.rejects(readAssembly(directory, AT), /Docker images/);
  });
  const file = { ...CODE, source: { path: 'layer.zip', packaging: 'file' } };
  await inAssembly(artifacts, { files: { file } }, async (directory) => {
    await assert.rejects(readAssembly(directory, AT), /neither a directory nor the template: layer\.zip/);
  });
});

test('no assembly at all says what to run', async () => {
  await assert.rejects(readAssembly('/nowhere', AT), (error: unknown) => {
    assert.ok(error instanceof AssemblyError);
    assert.match(error.message, /manifest\.json.*npx cdk synth/);
    return true;
  });
});
