import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { statementsOf } from './policy.ts';
import { templateOf } from './synth.ts';

const template = templateOf();

/** Every file that a function's bundle is made of, as far as it is ours. */
function sourcesOf(entry: URL, seen = new Map<string, string>()): ReadonlyMap<string, string> {
  if (seen.has(entry.href)) return seen;
  const text = readFileSync(entry, 'utf8');
  seen.set(entry.href, text);
  for (const [, path] of text.matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']+)';/gms)) {
    if (path !== undefined) sourcesOf(new URL(path, entry), seen);
  }
  return seen;
}

/** Operations of `lib-dynamodb` are named without what they are about. */
const DOCUMENT_ACTIONS: Readonly<Record<string, string>> = {
  BatchWrite: 'BatchWriteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Query: 'Query',
  Update: 'UpdateItem',
};
/** What a transaction may consist of: each part is allowed, or not, by itself. */
const PARTS: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

/** IAM actions that code needs for the operations of AWS's SDK that it imports. */
function actionsOf(text: string): string[] {
  return [...text.matchAll(/^import \{([^}]*)\} from '@aws-sdk\/(?:client|lib)-(\w+)';/gms)].flatMap(
    ([, names = '', service = '']) =>
      names
        .split(',')
        .map((name) => name.trim())
        .flatMap((name) => /^(?:paginate(\w+)|(\w+)Command)$/.exec(name)?.slice(1).filter(Boolean) ?? [])
        .flatMap((operation) => iamActions(service, operation, text)),
  );
}

function iamActions(service: string, operation: string, text: string): string[] {
  switch (service) {
    case 'dynamodb':
      if (operation !== 'TransactWrite') return [`dynamodb:${DOCUMENT_ACTIONS[operation] ?? operation}`];
      return Object.entries(PARTS).flatMap(([part, action]) =>
        new RegExp(`\\b${part}: \\{`).test(text) ? [`dynamodb:${action}`] : [],
      );
    case 'lambda':
      return [operation === 'Invoke' ? 'lambda:InvokeFunction' : `lambda:${operation}`];
    case 'ec2':
      // A launch tags what it launches and gives it a role.
      return operation === 'RunInstances'
        ? ['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole']
        : [`ec2:${operation}`];
    default:
      return [`${service}:${operation}`];
  }
}

for (const [name, role, never] of [
  ['reconcile', 'SwarmControllerReconcileRole', []],
  // It is in the store, which the functions share; the deployment has nothing to delete.
  ['deployment', 'SwarmDeploymentHandlerRole', ['dynamodb:DeleteItem']],
] as const) {
  test(`${name}: its role allows every call that its code makes, and no other`, () => {
    const sources = sourcesOf(new URL(`../../../lambdas/${name}/index.ts`, import.meta.url));
    const called = new Set(actionsOf([...sources.values()].join('\n')));
    const allowed = statementsOf(template, role)
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ actions }) => actions)
      // Lambda itself writes the log and hands failures to the queue, in the name of the role.
      .filter((action) => !/^(logs|sqs):/.test(action));
    for (const action of never) assert.ok(called.delete(action), action);
    assert.ok(called.size > 5);
    assert.deepEqual([...new Set(allowed)].sort(), [...called].sort());
  });
}
