import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONTENT, commanded } from '../support/commanded.ts';
import { codeOf, labRegion } from '../support/lab-region.ts';

describe('documents', () => {
  it('have versions, of which one is the default', async () => {
    const { lab, connect, send, tasks } = await commanded();
    const Content = JSON.stringify({ ...CONTENT, description: 'second' });
    await lab.ssm.updateDocument({ Name: 'say', Content, DocumentVersion: '$LATEST' });
    assert.equal(
      await codeOf(lab.ssm.updateDocument({ Name: 'say', Content, DocumentVersion: '$LATEST' })),
      'DuplicateDocumentContent',
    );
    const before = (await lab.ssm.describeDocument({ Name: 'say' })).Document;
    assert.deepEqual([before?.DefaultVersion, before?.LatestVersion], ['1', '2']);
    await lab.ssm.updateDocumentDefaultVersion({ Name: 'say', DocumentVersion: '2' });
    assert.equal((await lab.ssm.getDocument({ Name: 'say' })).Content, Content);
    connect();
    assert.equal((await send()).Command?.DocumentVersion, '2');
    assert.equal(tasks.length, 1);
    assert.equal(await codeOf(lab.ssm.createDocument({ Name: 'say', Content })), 'DocumentAlreadyExists');
    await lab.ssm.addTagsToResource({ ResourceType: 'Document', ResourceId: 'say', Tags: [{ Key: 'a', Value: 'b' }] });
    const tags = await lab.ssm.listTagsForResource({ ResourceType: 'Document', ResourceId: 'say' });
    assert.deepEqual(tags.TagList, [{ Key: 'a', Value: 'b' }]);
    await lab.ssm.deleteDocument({ Name: 'say' });
    assert.equal(await codeOf(lab.ssm.describeDocument({ Name: 'say' })), 'InvalidDocument');
  });

  it('are refused with double braces that name no parameter, other schemas and other steps', async () => {
    const { ssm } = labRegion();
    const create = (content: object) => codeOf(ssm.createDocument({ Name: 'bad', Content: JSON.stringify(content) }));
    const step = (runCommand: string[]) => ({
      ...CONTENT,
      mainSteps: [{ action: 'aws:runShellScript', name: 'x', inputs: { runCommand } }],
    });
    assert.equal(await create(step(["docker info --format '{{json .Swarm}}'"])), 'InvalidDocumentContent');
    assert.equal(await create(step(['echo {{ nod }}'])), 'InvalidDocumentContent');
    assert.equal(await create({ ...CONTENT, schemaVersion: '1.2' }), 'InvalidDocumentContent');
    assert.equal(await create({ ...CONTENT, mainSteps: [] }), 'InvalidDocumentContent');
    assert.equal(await codeOf(ssm.createDocument({ Name: 'bad', Content: '{' })), 'InvalidDocumentContent');
    const yaml =
      "schemaVersion: '2.2'\nmainSteps:\n- action: aws:runShellScript\n  name: x\n  inputs: {runCommand: [id]}\n";
    await ssm.createDocument({ Name: 'good', Content: yaml, DocumentFormat: 'YAML' });
  });
});
