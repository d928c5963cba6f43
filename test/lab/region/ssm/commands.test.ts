import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commanded, RESULT } from '../support/commanded.ts';
import { codeOf, given, SMALL } from '../support/lab-region.ts';

describe('Run Command', () => {
  it('delivers the script with its parameters and gives back the result', async () => {
    const { lab, instanceId, tasks, connect, send, get } = await commanded();
    connect();
    const { Command } = await send();
    const commandId = given(Command?.CommandId);
    assert.deepEqual(tasks, [
      {
        commandId,
        documentName: 'say',
        parameters: { node: ['n1'], seconds: ['60'] },
        script: 'echo n1\necho "60"',
        timeoutSeconds: 60,
      },
    ]);
    assert.equal((await get(commandId)).Status, 'InProgress');
    await lab.clock.advance(1500);
    lab.region.host.agent.report(instanceId, {
      ...RESULT,
      commandId,
      status: 'Failed',
      exitCode: 11,
      stdout: 'x'.repeat(30_000),
    });
    const seen = await get(commandId);
    assert.equal(seen.Status, 'Failed');
    assert.equal(seen.ResponseCode, 11);
    assert.equal(seen.StandardOutputContent?.length, 24_000);
    assert.equal(seen.ExecutionElapsedTime, 'PT1.5S');
    const listed = await lab.ssm.listCommandInvocations({ CommandId: commandId, Details: true });
    assert.equal(listed.CommandInvocations?.[0]?.CommandPlugins?.[0]?.ResponseCode, 11);
    const commands = await lab.ssm.listCommands({ CommandId: commandId });
    assert.equal(commands.Commands?.[0]?.ErrorCount, 1);
    const changes = lab.events.filter((event) => event['detail-type'] === 'EC2 Command Status-change Notification');
    assert.deepEqual(
      changes.map(({ detail }) => (detail as { status: string }).status),
      ['InProgress', 'Failed'],
    );
  });

  it('needs an online agent, and knows who is online', async () => {
    const { lab, instanceId, connect, send } = await commanded();
    const ping = async () => {
      const Filters = [{ Key: 'InstanceIds', Values: [instanceId] }];
      const seen = await lab.ssm.describeInstanceInformation({ Filters });
      return seen.InstanceInformationList?.map(({ PingStatus }) => PingStatus);
    };
    assert.deepEqual(await ping(), []);
    assert.equal(await codeOf(send()), 'InvalidInstanceId');
    const hangUp = connect();
    assert.deepEqual(await ping(), ['Online']);
    hangUp();
    assert.deepEqual(await ping(), ['ConnectionLost']);
    assert.equal(await codeOf(send()), 'InvalidInstanceId');
    connect();
    await lab.region.ec2.powerCut(instanceId);
    assert.notDeepEqual(await ping(), ['Online']);
    assert.equal(await codeOf(send()), 'InvalidInstanceId');
    await lab.region.idle();
    assert.deepEqual(await ping(), []);
    const many = Array.from({ length: 51 }, (_, index) => `i-${String(index).padStart(17, '0')}`);
    assert.equal(await codeOf(send({ InstanceIds: many })), 'ValidationException');
  });

  it('refuses parameters that the document does not allow', async () => {
    const { connect, send, tasks } = await commanded();
    connect();
    for (const Parameters of [
      {},
      { node: ['$(rm)'] },
      { node: ['a', 'b'] },
      { node: ['a'], other: ['x'] },
      { node: ['a'], seconds: ['soon'] },
    ]) {
      assert.equal(await codeOf(send({ Parameters })), 'InvalidParameters', JSON.stringify(Parameters));
    }
    assert.equal(await codeOf(send({ DocumentName: 'none' })), 'InvalidDocument');
    assert.equal(await codeOf(send({ DocumentVersion: '9' })), 'InvalidDocumentVersion');
    assert.deepEqual(tasks, []);
  });

  it('takes targets by tag; what waits is delivered when the agent comes back, or times out', async () => {
    const { lab, subnetA, instanceId, tasks, connect, get } = await commanded();
    const other = given((await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA })).Instances?.[0]?.InstanceId);
    await lab.ec2.createTags({ Resources: [instanceId, other], Tags: [{ Key: 'group', Value: 'w' }] });
    connect()();
    lab.region.host.agent.connect(other, () => {})();
    const send = (value: string) =>
      lab.ssm.sendCommand({
        DocumentName: 'say',
        Targets: [{ Key: 'tag:group', Values: [value] }],
        Parameters: { node: ['n'] },
        TimeoutSeconds: 30,
      });
    const nobody = given((await send('none')).Command);
    assert.equal(nobody.Status, 'Success');
    assert.equal(nobody.TargetCount, 0);
    const commandId = given((await send('w')).Command?.CommandId);
    assert.equal((await get(commandId)).Status, 'Pending');
    await lab.clock.advance(29_000);
    connect();
    assert.equal(tasks.length, 1);
    assert.equal((await get(commandId)).Status, 'InProgress');
    await lab.clock.advance(1_000);
    const late = await lab.ssm.getCommandInvocation({ CommandId: commandId, InstanceId: other });
    assert.equal(late.Status, 'TimedOut');
    assert.equal(late.StatusDetails, 'DeliveryTimedOut');
    await lab.clock.advance(65_000);
    assert.equal((await get(commandId)).StatusDetails, 'ExecutionTimedOut');
    lab.region.host.agent.report(instanceId, { ...RESULT, commandId });
    assert.equal((await get(commandId)).Status, 'TimedOut');
  });

  it('can be cancelled, and may not be found right after it was sent', async () => {
    const { lab, instanceId, connect, send, get } = await commanded({
      invocationVisibleMilliseconds: 200,
      agentLostMilliseconds: 300_000,
    });
    assert.equal(await codeOf(get('none')), 'InvocationDoesNotExist');
    connect()();
    const CommandId = given((await send()).Command?.CommandId);
    assert.equal(await codeOf(get(CommandId)), 'InvocationDoesNotExist');
    await lab.clock.advance(200);
    await lab.ssm.cancelCommand({ CommandId, InstanceIds: [instanceId] });
    assert.equal((await get(CommandId)).Status, 'Cancelled');
    assert.equal(await codeOf(lab.ssm.cancelCommand({ CommandId: 'none' })), 'InvalidCommandId');
  });

  it("has AWS's own AWS-RunShellScript", async () => {
    const { connect, tasks, send } = await commanded();
    connect();
    await send({
      DocumentName: 'AWS-RunShellScript',
      Parameters: { commands: ['a', 'b'], workingDirectory: ['/tmp'] },
    });
    assert.equal(tasks[0]?.script, "cd '/tmp' || exit 1\na\nb");
  });
});
