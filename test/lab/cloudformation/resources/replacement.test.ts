import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { handlerOf, RESOURCE_TYPES } from '../../../../lab/cloudformation/resources/registry.ts';

const Database = z.object({
  schema: z.object({
    resource: z.object({
      entities: z.array(
        z.object({
          cloudFormationType: z.string(),
          properties: z.record(z.string(), z.object({ causesReplacement: z.enum(['yes', 'no', 'maybe']).optional() })),
        }),
      ),
    }),
  }),
});

const CUSTOM = 'AWS::CloudFormation::CustomResource';

/** What the CDK's own command line knows of every resource type, by type: the properties whose change makes a new resource. */
function published(): ReadonlyMap<string, readonly string[]> {
  const cli = dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json'));
  const source: unknown = JSON.parse(gunzipSync(readFileSync(join(cli, 'db.json.gz'))).toString('utf8'));
  const { entities } = Database.parse(source).schema.resource;
  return new Map(
    entities.map(({ cloudFormationType, properties }) => [
      cloudFormationType,
      Object.entries(properties).flatMap(([name, { causesReplacement }]) =>
        causesReplacement === 'yes' ? [name] : [],
      ),
    ]),
  );
}

describe('a change makes a new resource exactly where the CDK expects it', () => {
  const expected = published();
  // Of a custom resource the service token is another matter: CloudFormation says "Modifying service token is not allowed."
  const compared = RESOURCE_TYPES.filter((name) => expected.has(name) && name !== CUSTOM);
  for (const type of compared) {
    test(type, () => {
      const handler = handlerOf(type);
      assert.ok(handler);
      const known = (expected.get(type) ?? []).filter((name) => handler.properties.includes(name));
      assert.deepEqual(handler.createOnly.toSorted(), known.toSorted());
    });
  }

  test('covers nearly all of them', () => {
    const missing = RESOURCE_TYPES.filter((type) => !expected.has(type));
    assert.deepEqual(missing, ['AWS::CDK::Metadata', 'Custom::*']);
  });
});
