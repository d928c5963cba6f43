import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Gateway, serveGateway } from '../../../lab/region/gateway.ts';
import { given, labRegion, network, SMALL } from './support/lab-region.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe('the gateway', () => {
  const lab = labRegion();
  let directory = '';
  let socketPath = '';
  let gateway: Gateway | undefined;
  let instanceId = '';

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'everswarm-gateway-'));
    socketPath = join(directory, 'region.sock');
    gateway = await serveGateway(lab.region, socketPath);
    const { subnetA } = await network(lab);
    const answer = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA, PrivateIpAddress: '10.0.0.10' });
    instanceId = given(answer.Instances?.[0]?.InstanceId);
    await lab.region.idle();
  });
  after(async () => {
    await gateway?.close();
    await rm(directory, { recursive: true });
  });

  function open(port: number, method: string, path: string, body = '', headers: Record<string, string> = {}) {
    let call: ClientRequest | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      const lab = { 'x-lab-source': '10.0.0.10', 'x-lab-port': String(port), ...headers };
      call = request({ socketPath, method, path, headers: lab }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      call.on('error', reject);
      call.end(body);
    });
    return { answer, breakOff: () => call?.destroy() };
  }

  async function until(what: () => boolean | Promise<boolean>): Promise<void> {
    for (let round = 0; round < 500; round += 1) {
      if (await what()) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.fail('not within a second');
  }

  const online = async () =>
    (await lab.ssm.describeInstanceInformation({})).InstanceInformationList?.[0]?.PingStatus === 'Online';

  it('serves metadata on port 80 and nothing on others', async () => {
    const token = await open(80, 'PUT', '/latest/api/token', '', { 'x-aws-ec2-metadata-token-ttl-seconds': '60' })
      .answer;
    const headers = { 'x-aws-ec2-metadata-token': token.body };
    assert.deepEqual(await open(80, 'GET', '/latest/meta-data/instance-id', '', headers).answer, {
      status: 200,
      body: instanceId,
    });
    assert.equal((await open(22, 'GET', '/').answer).status, 404);
  });

  it('takes AWS API calls on port 4566', async () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0';
    const answer = await open(4566, 'POST', '/', 'Action=DescribeVpcs&Version=2016-11-15', { authorization }).answer;
    assert.equal(answer.status, 200);
    assert.match(answer.body, /<cidrBlock>10\.0\.0\.0\/16<\/cidrBlock>/);
  });

  it('carries a command to the agent and its result back', async () => {
    const poll = open(4566, 'POST', '/_lab/agent/poll', JSON.stringify({ agent: 'boot-1' }));
    await until(online);
    const sent = await lab.ssm.sendCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [instanceId],
      Parameters: { commands: ['hostname'] },
    });
    const CommandId = given(sent.Command?.CommandId);
    const { tasks } = JSON.parse((await poll.answer).body);
    assert.equal(tasks[0].commandId, CommandId);
    assert.equal(tasks[0].script, 'hostname');
    const result = { commandId: CommandId, status: 'Success', exitCode: 0, stdout: 'ip-10', stderr: '' };
    assert.equal((await open(4566, 'POST', '/_lab/agent/report', JSON.stringify(result)).answer).status, 200);
    const seen = await lab.ssm.getCommandInvocation({ CommandId, InstanceId: instanceId });
    assert.equal(seen.StandardOutputContent, 'ip-10');
  });

  it('notices that the connection of an open poll broke', async () => {
    const poll = open(4566, 'POST', '/_lab/agent/poll', JSON.stringify({ agent: 'boot-1' }));
    const broken = assert.rejects(poll.answer);
    await until(online);
    await new Promise((resolve) => setTimeout(resolve, 20));
    poll.breakOff();
    await broken;
    await until(async () => !(await online()));
  });

  it('says what is wrong with a request', async () => {
    assert.equal((await open(4566, 'POST', '/_lab/agent/poll', '{}').answer).status, 400);
    assert.equal((await open(4566, 'POST', '/_lab/agent/report', 'no json').answer).status, 400);
    assert.equal((await open(4566, 'POST', '/_lab/agent/other', '{}').answer).status, 404);
    const unknown = { commandId: 'none', status: 'Success', exitCode: 0, stdout: '', stderr: '' };
    assert.equal((await open(4566, 'POST', '/_lab/agent/report', JSON.stringify(unknown)).answer).status, 400);
    const stranger = { 'x-lab-source': '10.9.9.9' };
    assert.equal((await open(4566, 'POST', '/_lab/agent/poll', '{"agent":"a"}', stranger).answer).status, 404);
  });
});
