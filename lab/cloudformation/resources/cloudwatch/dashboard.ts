import { DeleteDashboardsCommand, PutDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { unlessGone } from '../waiting.ts';

export const dashboard = defineResource({
  type: 'AWS::CloudWatch::Dashboard',
  attributes: [],
  properties: z.strictObject({ DashboardName: text.optional(), DashboardBody: text }),
  createOnly: ['DashboardName'],
  async create({ DashboardName = undefined, DashboardBody }, context) {
    const physicalId = DashboardName ?? context.name(255);
    await context.clients.cloudwatch.send(new PutDashboardCommand({ DashboardName: physicalId, DashboardBody }));
    return { physicalId, attributes: {} };
  },
  async update(identity, context, { DashboardBody }) {
    const DashboardName = identity.physicalId;
    await context.clients.cloudwatch.send(new PutDashboardCommand({ DashboardName, DashboardBody }));
    return identity;
  },
  async delete({ physicalId }, context) {
    await unlessGone(['ResourceNotFound', 'DashboardNotFoundError'], () =>
      context.clients.cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: [physicalId] })),
    );
  },
});
