import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commanded, RESULT } from '../support/commanded.ts';
import { codeOf, given, SMALL } from '../support/lab-region.ts';

describe('ListCommandInvocations', () => {
  it('lists the invocations of one command or one machine, 50 a page, with output as the agent joins and cuts it', async () => {
    const { lab, subnetA, instanceId } = await commanded();
    const made = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA, MaxCount: 60 });
    await lab.region.idle();
    const ids = [instanceId, ...(made.Instances ?? []).map(({ InstanceId }) => given(InstanceId))];
    for (const id of ids) lab.region.host.agent.connect(id, () => {});
    const Targets = [{ Key: 'InstanceIds', Values: ids.slice(0, 50) }];
    const order = { DocumentName: 'say', Parameters: { node: ['n1'] } };
    const first = given((await lab.ssm.sendCommand({ ...order, Targets })).Command?.CommandId);
    const second = given((await lab.ssm.sendCommand({ ...order, InstanceIds: ids.slice(0, 50) })).Command?.CommandId);
    const outputs = [
      { stdout: 'out', stderr: '' },
      { stdout: 'out', stderr: 'everswarm: 13 boot' },
      { stdout: 'x'.repeat(5000), stderr: 'everswarm: 1 why' },
      { stdout: '', stderr: 'y'.repeat(5000) },
    ];
    for (const [index, output] of outputs.entries()) {
      lab.region.host.agent.report(given(ids[index]), { ...RESULT, ...output, commandId: second });
    }
    const list = (input: object) => lab.ssm.listCommandInvocations(input);
    const page = await list({});
    assert.equal(page.CommandInvocations?.length, 50);
    const rest = await list({ NextToken: given(page.NextToken) });
    assert.deepEqual([rest.CommandInvocations?.length, rest.NextToken], [50, undefined]);
    const one = await list({ InstanceId: given(ids[0]) });
    assert.deepEqual(
      one.CommandInvocations?.map(({ CommandId }) => CommandId),
      [second, first],
    );
    const bare = await list({ CommandId: second });
    assert.deepEqual([bare.CommandInvocations?.length, bare.CommandInvocations?.[0]?.CommandPlugins], [50, []]);
    const detailed = await list({ CommandId: second, Details: true });
    const [plain, both, long, error, running] =
      detailed.CommandInvocations?.map((one) => one.CommandPlugins?.[0]) ?? [];
    assert.equal(plain?.Output, 'out');
    assert.equal(both?.Output, 'out\n----------ERROR-------\neverswarm: 13 boot');
    assert.match(given(long?.Output), /x\n---Output truncated---\n-+ERROR-+\neverswarm: 1 why$/);
    assert.match(given(error?.Output), /y\n---Error truncated----$/);
    for (const plugin of [long, error]) assert.equal(plugin?.Output?.length, 2400);
    assert.deepEqual([running?.Status, running?.Output, running?.ResponseCode], ['InProgress', '', -1]);
    assert.equal(await codeOf(list({ MaxResults: 51 })), 'ValidationException');
    assert.equal(await codeOf(list({ CommandId: 'none' })), 'InvalidCommandId');
  });
});
