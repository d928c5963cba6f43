import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClients } from '../../../../lab/cloudformation/clients.ts';
import { callByQuery, type QueryValue } from '../../../../lab/cloudformation/query-call.ts';
import { createSnsService } from '../../../../lab/region/sns/service.ts';
import { testContext } from '../support/context.ts';
import { clientConfig } from '../support/service-handler.ts';

const CALLER = {
  service: 'cloudwatch.amazonaws.com',
  sourceArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:lost',
};
const NOTE = { subject: 'ALARM', message: 'the quorum is lost' };

function stage() {
  const sns = createSnsService(testContext());
  const clients = createClients(clientConfig(sns));
  const call = (action: string, input: Readonly<Record<string, QueryValue>>) =>
    callByQuery(clients, { name: 'sns', version: '2010-03-31' }, action, input);
  return { topics: sns.topics, call };
}

async function withPolicy(statements: (arn: string) => readonly object[]) {
  const { topics, call } = stage();
  await call('CreateTopic', { Name: 'on-call' });
  const [topic] = topics.list();
  assert.ok(topic);
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements(topic.arn) });
  await call('SetTopicAttributes', { TopicArn: topic.arn, AttributeName: 'Policy', AttributeValue: Policy });
  return { topic, topics, call };
}

const onlyTls = (arn: string) => ({
  Effect: 'Deny',
  Principal: '*',
  Action: 'sns:Publish',
  Resource: arn,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});
const alarms = (arn: string, account = '123456789012') => ({
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Action: 'sns:Publish',
  Resource: arn,
  Condition: { StringEquals: { 'aws:SourceAccount': account } },
});

describe('topics', () => {
  it('are made once under a name, tagged, and taken away', async () => {
    const { topics, call } = stage();
    await call('CreateTopic', { Name: 'on-call', Tags: [{ Key: 'a', Value: '1' }] });
    await call('CreateTopic', { Name: 'on-call' });
    const [topic, ...others] = topics.list();
    assert.deepEqual(others, []);
    assert.equal(topic?.arn, 'arn:aws:sns:us-east-1:123456789012:on-call');
    await call('TagResource', { ResourceArn: topic.arn, Tags: [{ Key: 'b', Value: '2' }] });
    await call('UntagResource', { ResourceArn: topic.arn, TagKeys: ['a'] });
    assert.deepEqual([...topic.tags], [['b', '2']]);
    await call('Publish', { TopicArn: topic.arn, Subject: 'hello', Message: 'world' });
    assert.deepEqual(
      topic.published.map(({ subject, message }) => [subject, message]),
      [['hello', 'world']],
    );
    await call('DeleteTopic', { TopicArn: topic.arn });
    await call('DeleteTopic', { TopicArn: topic.arn });
    await assert.rejects(call('Publish', { TopicArn: topic.arn, Message: 'x' }), { name: 'NotFound' });
  });

  it('refuse what the lab does not know', async () => {
    const { call } = stage();
    await assert.rejects(call('CreateTopic', { Name: 'a.fifo' }), { name: 'InvalidParameter' });
    await assert.rejects(call('Subscribe', { TopicArn: 'x' }), { name: 'UnknownOperationException' });
  });

  it('without a policy of their own take what the account’s alarms tell', async () => {
    const { topics, call } = stage();
    await call('CreateTopic', { Name: 'on-call' });
    const [topic] = topics.list();
    topics.publishFor(CALLER, topic?.arn ?? '', NOTE);
    assert.equal(topic?.published.length, 1);
  });

  it('with one that only refuses plain HTTP let no alarm through', async () => {
    const { topics, topic } = await withPolicy((arn) => [onlyTls(arn)]);
    assert.throws(() => topics.publishFor(CALLER, topic.arn, NOTE), { code: 'AuthorizationError' });
  });

  it('with one that allows alarms of this account let those through, and no others', async () => {
    const { topics, topic, call } = await withPolicy((arn) => [onlyTls(arn), alarms(arn)]);
    topics.publishFor(CALLER, topic.arn, NOTE);
    const other = { ...CALLER, service: 'events.amazonaws.com' };
    assert.throws(() => topics.publishFor(other, topic.arn, NOTE), { code: 'AuthorizationError' });
    await call('SetTopicAttributes', { TopicArn: topic.arn, AttributeName: 'Policy', AttributeValue: '' });
    topics.publishFor(other, topic.arn, NOTE);
    assert.equal(topic.published.length, 2);

    const foreign = await withPolicy((arn) => [alarms(arn, '999999999999')]);
    assert.throws(() => foreign.topics.publishFor(CALLER, foreign.topic.arn, NOTE), { code: 'AuthorizationError' });
  });
});
