import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EC2 } from '@aws-sdk/client-ec2';
import { SQS } from '@aws-sdk/client-sqs';
import { listen } from '../../../lab/region/http.ts';
import { ServiceError } from '../../../lab/region/protocol/service-error.ts';
import { codeOf, labRegion } from './support/lab-region.ts';

describe('the region', () => {
  it('journals each call once, with its error', async () => {
    const { region, ec2, ssm } = labRegion();
    const heard: string[] = [];
    region.calls.listen(({ service, action, error }) => heard.push(`${service} ${action} ${error ?? 'ok'}`));
    await ec2.describeVpcs({});
    await codeOf(ssm.getParameter({ Name: 'none' }));
    await codeOf(ec2.describeHosts({}));
    await codeOf(ssm.listNodes({}));
    assert.deepEqual(heard, [
      'ec2 DescribeVpcs ok',
      'ssm GetParameter ParameterNotFound',
      'ec2 DescribeHosts InvalidAction',
      'ssm ListNodes UnknownOperationException',
    ]);
    assert.match(region.calls.entries[0]?.userAgent ?? '', /aws-sdk-js/);
  });

  it('refuses services that it does not have, and requests that name none', async () => {
    const { region, client } = labRegion();
    assert.equal(await codeOf(new SQS(client).listQueues({})), 'UnknownOperationException');
    const bare = await region.handle({ method: 'GET', path: '/', query: {}, headers: {}, body: '' });
    assert.equal(bare.status, 400);
    assert.deepEqual(
      region.calls.entries.map(({ service, error }) => [service, error]),
      [
        ['sqs', 'UnknownOperationException'],
        ['unknown', 'UnknownOperationException'],
      ],
    );
  });

  it('routes to registered services, each name once; what throws is a fault and an answer', async () => {
    const { region, client } = labRegion();
    const broken = {
      names: ['sqs'],
      handle: async () => {
        throw new Error('boom');
      },
    };
    region.register(broken);
    assert.throws(() => region.register(broken), /already/);
    assert.equal(await codeOf(new SQS(client).listQueues({})), 'InternalFailure');
    assert.equal(region.faults[0]?.what, 'sqs ListQueues');
    assert.equal(region.calls.entries.at(-1)?.error, 'InternalFailure');
  });

  it('lets calls be refused before they are answered', async () => {
    const { region, ec2 } = labRegion();
    const stop = region.intercept(({ action }) =>
      action === 'DescribeVpcs' ? new ServiceError('UnauthorizedOperation', 'no', 403) : undefined,
    );
    assert.equal(await codeOf(ec2.describeVpcs({})), 'UnauthorizedOperation');
    await ec2.describeSubnets({});
    stop();
    await ec2.describeVpcs({});
  });

  it('is the same again for the same random source', async () => {
    const ids = async () => {
      const { ec2 } = labRegion();
      return (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId;
    };
    assert.equal(await ids(), await ids());
  });

  it('listens on a port', async () => {
    const { region } = labRegion();
    const endpoint = await listen(region, { port: 0 });
    try {
      const ec2 = new EC2({
        region: 'us-east-1',
        endpoint: endpoint.url,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      });
      const made = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
      assert.equal(made.Vpc?.CidrBlock, '10.0.0.0/16');
      ec2.destroy();
    } finally {
      await endpoint.close();
    }
  });
});
