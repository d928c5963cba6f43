import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SSM } from '@aws-sdk/client-ssm';
import { codeOf, given, labRegion, network, SMALL } from '../support/lab-region.ts';

async function machine() {
  const lab = labRegion();
  const { subnetA } = await network(lab);
  const answer = await lab.ec2.runInstances({
    ...SMALL,
    SubnetId: subnetA,
    PrivateIpAddress: '10.0.0.10',
    UserData: Buffer.from('#!/bin/bash\ntrue\n').toString('base64'),
    IamInstanceProfile: { Name: 'manager' },
    MetadataOptions: { InstanceMetadataTags: 'enabled' },
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'everswarm:cluster', Value: 'demo' }] }],
  });
  await lab.region.idle();
  const ask = (method: string, path: string, headers: Record<string, string> = {}, source = '10.0.0.10') =>
    lab.region.metadata(source, { method, path, query: {}, headers, body: '' });
  const put = ask('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': '60' });
  const get = (path: string) => ask('GET', path, { 'x-aws-ec2-metadata-token': put.body });
  return { lab, ask, get, instanceId: given(answer.Instances?.[0]?.InstanceId) };
}

describe('instance metadata', () => {
  it('needs a token of this instance, and not an old one', async () => {
    const { lab, ask, get } = await machine();
    assert.equal(ask('GET', '/latest/meta-data/').status, 401);
    assert.equal(ask('GET', '/latest/meta-data/', { 'x-aws-ec2-metadata-token': 'x' }).status, 401);
    assert.equal(ask('PUT', '/latest/api/token').status, 400);
    assert.equal(ask('GET', '/latest/meta-data/', {}, '10.0.0.99').status, 404);
    assert.equal(ask('DELETE', '/latest/meta-data/').status, 405);
    assert.equal(get('/latest/meta-data/instance-type').body, 't4g.small');
    await lab.clock.advance(60_000);
    assert.equal(get('/latest/meta-data/').status, 401);
  });

  it('can be crawled from its root, every directory and every file', async () => {
    const { get, instanceId } = await machine();
    const files = new Map<string, string>();
    const crawl = (path: string) => {
      const answer = get(path);
      assert.equal(answer.status, 200, path);
      for (const name of answer.body.split('\n')) {
        if (name.endsWith('/')) crawl(path + name);
        else files.set(path + name, get(path + name).body);
      }
    };
    crawl('/2021-03-23/meta-data/');
    const file = (path: string) => files.get(`/2021-03-23/meta-data/${path}`);
    assert.equal(file('instance-id'), instanceId);
    assert.equal(file('local-ipv4'), '10.0.0.10');
    assert.equal(file(`network/interfaces/macs/${file('mac')}/subnet-ipv4-cidr-block`), '10.0.0.0/24');
    assert.equal(file('placement/availability-zone'), 'us-east-1a');
    assert.equal(file('placement/region'), 'us-east-1');
    assert.equal(file('tags/instance/everswarm:cluster'), 'demo');
    assert.equal(get('/latest/user-data').body, '#!/bin/bash\ntrue\n');
    assert.equal(JSON.parse(get('/latest/dynamic/instance-identity/document').body).instanceId, instanceId);
    assert.equal(get('/latest/meta-data/public-keys/').status, 404);
    assert.equal(get('/latest/meta-data/__proto__').status, 404);
  });

  it('gives credentials that say who calls, until they expire', async () => {
    const { lab, get, instanceId } = await machine();
    assert.equal(get('/latest/meta-data/iam/security-credentials/').body, 'manager');
    const given = JSON.parse(get('/latest/meta-data/iam/security-credentials/manager').body);
    const credentials = {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.Token,
    };
    const ssm = new SSM({ ...lab.client, credentials });
    await ssm.putParameter({ Name: '/c/token', Value: 'x', Type: 'SecureString' });
    const call = lab.region.calls.entries.at(-1);
    assert.deepEqual(call?.principal, { kind: 'instance', name: instanceId, role: 'manager' });
    assert.equal(call?.action, 'PutParameter');
    await lab.clock.advance(6 * 3_600_000);
    assert.equal(await codeOf(ssm.getParameter({ Name: '/c/token' })), 'ExpiredTokenException');
  });
});
