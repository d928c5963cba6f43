import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Decision } from '../../../lab/region/permissions/permissions.ts';
import { templateOf } from '../../lib/constructs/synth.ts';
import { createDeployedWorld } from './deployed-world.ts';
import { live } from './life.ts';
import { rolesOf } from './roles.ts';
import { everyFlavor, MORE_THAN_ONE_BY_ONE } from './samples.ts';

/** Global keys; the reference lists none of them at an action. */
const GLOBAL = /^aws:(?!RequestTag|ResourceTag|TagKeys)/;

/**
 * The lab's own tables of resources and condition keys are held to the Service Authorization Reference, which the
 * evaluator carries: for every question that a cluster's life puts to IAM.
 */
it('asks of each action only for resources and with keys that AWS’s reference lists', async () => {
  const spec = everyFlavor('demo', '10.42', MORE_THAN_ONE_BY_ONE);
  const world = await createDeployedWorld();
  const roles = rolesOf(await world.provision(templateOf({ spec }).toJSON(), 'Everswarm-demo'));
  const asked = new Map<string, Decision>();
  world.permissions.listen((decision) => {
    const { action, resource } = decision.check;
    asked.set(`${action} ${resource.replace(/\/.*/, '')}`, decision);
  });
  assert.equal((await live(world, roles, spec)).failure, undefined);
  assert.ok(asked.size > 30, `${asked.size} kinds of questions`);
  const problems: string[] = [];
  for (const { principal, check, verdict } of asked.values()) {
    // The reference has parameters of the account only; AWS's public ones, which belong to none, are left out of it.
    if (check.resource.includes('::parameter/')) continue;
    const found = await runSimulation(
      {
        request: {
          principal,
          action: check.action,
          resource: { resource: check.resource.replace(/\/\*$/, '/new'), accountId: '123456789012' },
          contextVariables: Object.fromEntries(
            Object.entries(check.context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
          ),
        },
        identityPolicies: [
          {
            name: 'all',
            policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
          },
        ],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    const name = `${check.action} on ${check.resource}`;
    if (found.resultType === 'error') problems.push(`${name}: ${found.errors.message}`);
    if (found.resultType !== 'single') continue;
    const unknown = (found.result.ignoredContextKeys ?? []).filter((key) => !GLOBAL.test(key));
    if (unknown.length > 0) problems.push(`${name}: it has no keys ${unknown.join(', ')}`);
    assert.equal(verdict, 'allowed');
  }
  assert.deepEqual(problems, []);
});
