import { z } from 'zod';
import { text } from './fields.ts';
import { defineResource } from './handler.ts';

/** What the CDK tells AWS about the constructs in use. There is nothing behind it, here as in AWS. */
export const cdkMetadata = defineResource({
  type: 'AWS::CDK::Metadata',
  attributes: [],
  properties: z.strictObject({ Analytics: text.optional() }),
  create: async (_properties, context) => ({ physicalId: context.name(128), attributes: {} }),
  update: async (identity) => identity,
  delete: async () => {},
});
