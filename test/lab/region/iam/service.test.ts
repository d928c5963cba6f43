import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
import { createIamService } from '../../../../lab/region/iam/service.ts';
import { testContext } from '../support/context.ts';
import { clientConfig } from '../support/service-handler.ts';

const TRUST =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:*Channel","Resource":"*"}]}';

describe('IAM', () => {
  const client = new IAMClient(clientConfig(createIamService(testContext())));
  const RoleName = 'node';
  const InstanceProfileName = 'profile';

  it('keeps a role, its policies and its profile, and lets them go in order', async () => {
    const { Role } = await client.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: TRUST,
        Description: 'a & b <c>',
        Tags: [{ Key: 'k', Value: 'v' }],
      }),
    );
    assert.equal(Role?.Arn, 'arn:aws:iam::123456789012:role/node');
    assert.match(Role?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/);
    await assert.rejects(client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST })), {
      name: 'EntityAlreadyExistsException',
    });

    await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: POLICY }));
    const kept = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'inline' }));
    assert.equal(decodeURIComponent(kept.PolicyDocument ?? ''), POLICY);
    const PolicyArn = 'arn:aws:iam::aws:policy/Some';
    await client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await client.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'more', Value: '1' }] }));
    const got = await client.send(new GetRoleCommand({ RoleName }));
    assert.equal(got.Role?.Description, 'a & b <c>');
    assert.deepEqual(got.Role?.Tags, [
      { Key: 'k', Value: 'v' },
      { Key: 'more', Value: '1' },
    ]);
    assert.deepEqual((await client.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames, ['inline']);
    const attached = await client.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    assert.deepEqual(attached.AttachedPolicies, [{ PolicyName: 'Some', PolicyArn }]);

    await client.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    const profile = await client.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    assert.equal(profile.InstanceProfile?.Roles?.[0]?.RoleName, RoleName);
    await assert.rejects(client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName })), {
      name: 'LimitExceededException',
    });

    const remove = () => client.send(new DeleteRoleCommand({ RoleName }));
    await assert.rejects(remove, { name: 'DeleteConflictException' });
    await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await assert.rejects(remove, { name: 'DeleteConflictException' });
    await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'inline' }));
    await assert.rejects(remove, { name: 'DeleteConflictException' });
    await assert.rejects(client.send(new DeleteInstanceProfileCommand({ InstanceProfileName })), {
      name: 'DeleteConflictException',
    });
    await client.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    await client.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    await remove();
    await assert.rejects(client.send(new GetRoleCommand({ RoleName })), { name: 'NoSuchEntityException' });
  });

  it('refuses a policy that is no JSON', async () => {
    await assert.rejects(client.send(new CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: '{' })), {
      name: 'MalformedPolicyDocumentException',
    });
  });
});
