import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tokenParameterName } from '../../lib/names.ts';
import { createDeployedWorld } from '../lab/permissions/deployed-world.ts';
import { live } from '../lab/permissions/life.ts';
import { rolesOf } from '../lab/permissions/roles.ts';
import { everyFlavor } from '../lab/permissions/samples.ts';
import { labRegion, network, SMALL } from '../lab/region/support/lab-region.ts';
import { templateOf } from '../lib/constructs/synth.ts';
import { holdsToken, watchTokens } from '../support/token-watch.ts';

const SPEC = everyFlavor();

describe('join tokens', () => {
  it('are seen nowhere but in encrypted parameters, in all that a cluster goes through', async () => {
    const world = await createDeployedWorld();
    const { region } = world;
    const watch = watchTokens({ region });
    const tokens = new Set<string>();
    region.onAnswer(() => {
      for (const role of ['manager', 'worker'] as const) {
        const parameter = region.inside.ssm.parameters.get(tokenParameterName(SPEC.cluster, role));
        for (const { value } of parameter?.versions ?? []) tokens.add(value);
        assert.equal(parameter?.type ?? 'SecureString', 'SecureString');
      }
    });
    const roles = rolesOf(await world.provision(templateOf({ spec: SPEC }).toJSON(), 'Everswarm-demo'));
    assert.equal((await live(world, roles, SPEC)).failure, undefined);

    assert.ok(tokens.size >= 2, 'there were tokens of both roles');
    assert.deepEqual(
      [...tokens].filter((token) => !holdsToken(token)),
      [],
      'the search knows a token when it sees one',
    );
    assert.ok(watch.searched > 500, `only ${watch.searched} texts were searched`);
    assert.deepEqual(watch.sightings(), []);
  });
});

describe('the search for join tokens', () => {
  const token = `SWMTKN-1-${'3k7'.repeat(16)}-${'z1'.repeat(12)}`;
  const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

  it('sees one whatever it is packed in', () => {
    for (const text of [
      token,
      JSON.stringify({ a: [JSON.stringify({ token })] }),
      encodeURIComponent(token),
      base64(`#!/bin/sh\ndocker swarm join --token ${token} 10.0.0.1`),
      `UserData=${encodeURIComponent(base64(`x ${token}?`))}`,
      `nodes-gzip ${base64(gzipSync(`node ${token}`))}`,
    ]) {
      assert.equal(holdsToken(text), true, text);
    }
    for (const text of [
      'SWMTKN',
      base64('#!/bin/sh\ndocker swarm join-token --rotate --quiet worker'),
      '%zz SWMTKN-1-',
    ]) {
      assert.equal(holdsToken(text), false, text);
    }
  });

  it('sees one in a request, an answer, an event, user data and a plain parameter', async () => {
    const lab = labRegion();
    const watch = watchTokens(lab);
    assert.deepEqual(watch.sightings(), []);
    await lab.ssm.putParameter({ Name: '/note', Type: 'String', Value: token });
    await lab.ssm.getParameter({ Name: '/note' });
    lab.region.context.emit({ source: 'lab', 'detail-type': 'Leak', resources: [], detail: { token } });
    const { subnetA } = await network(lab);
    await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA, UserData: base64(`#!/bin/sh\n# ${token}\n`) });
    assert.deepEqual(watch.sightings(), [
      'answer ssm GetParameter',
      'event Leak',
      'parameter /note',
      'request ec2 RunInstances',
      'request ssm PutParameter',
      'user data',
    ]);
  });

  it('sees one in a command: its parameters and its output', async () => {
    const lab = labRegion();
    const watch = watchTokens(lab);
    const content = {
      schemaVersion: '2.2',
      parameters: { text: { type: 'String' } },
      mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs: { runCommand: ['echo {{ text }}'] } }],
    };
    await lab.ssm.createDocument({ Name: 'say', DocumentType: 'Command', Content: JSON.stringify(content) });
    const { subnetA } = await network(lab);
    const { Instances = [] } = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA });
    await lab.region.idle();
    const instanceId = Instances[0]?.InstanceId ?? '';
    lab.region.host.agent.connect(instanceId, ({ commandId }) =>
      lab.region.host.agent.report(instanceId, {
        commandId,
        status: 'Success',
        exitCode: 0,
        stdout: token,
        stderr: '',
      }),
    );
    await lab.ssm.sendCommand({ DocumentName: 'say', InstanceIds: [instanceId], Parameters: { text: [token] } });
    const seen = watch.sightings();
    assert.ok(seen.includes('parameters of say'), seen.join(', '));
    assert.ok(seen.includes('output of say'), seen.join(', '));
  });
});
