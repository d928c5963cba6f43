import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../../lab/cloudformation/json.ts';
import { checkRules, evaluateConditions } from '../../../../lab/cloudformation/template/conditions.ts';

const parameters = {
  ref: (name: string): Json | undefined => ({ Stage: 'prod', Count: '3', Version: '21' })[name],
  mapping: (): undefined => undefined,
};

const isProd = { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] };
const isTest = { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] };

test('conditions may build on each other, in any order', () => {
  const values = evaluateConditions(
    {
      Both: { 'Fn::And': [{ Condition: 'Prod' }, { 'Fn::Equals': [{ Ref: 'Count' }, 3] }] },
      Either: { 'Fn::Or': [{ Condition: 'Test' }, { Condition: 'Prod' }] },
      Neither: { 'Fn::Not': [{ Condition: 'Either' }] },
      Prod: isProd,
      Test: isTest,
    },
    parameters,
  );
  assert.deepEqual(Object.fromEntries(values), { Prod: true, Test: false, Both: true, Either: true, Neither: false });
});

const REFUSED: readonly (readonly [string, Record<string, Json>, RegExp])[] = [
  ['a circle', { A: { Condition: 'B' }, B: { 'Fn::Not': [{ Condition: 'A' }] } }, /depends on itself/],
  ['an unknown condition', { A: { Condition: 'B' } }, /condition "B" is not in Conditions/],
  ['an unknown function', { A: { 'Fn::Xor': [isProd, isTest] } }, /Fn::Xor is not known/],
  ['a plain value', { A: true }, /must be a condition function/],
  ['an And of one', { A: { 'Fn::And': [isProd] } }, /list of 2 to 10/],
  ['a Not of two', { A: { 'Fn::Not': [isProd, isTest] } }, /list of 1/],
  ['a reference to a resource', { A: { 'Fn::Equals': [{ Ref: 'Vpc' }, 'x'] } }, /"Vpc" is neither/],
];
for (const [what, conditions, says] of REFUSED) {
  test(`refuses ${what}`, () => {
    assert.throws(() => evaluateConditions(conditions, parameters), says);
  });
}

/** As the CDK writes it into every template. */
const bootstrapRule = {
  Assertions: [
    {
      Assert: { 'Fn::Not': [{ 'Fn::Contains': [['1', '2', '3', '4', '5'], { Ref: 'Version' }] }] },
      AssertDescription: 'CDK bootstrap stack version 6 required.',
    },
  ],
};

test("the CDK's rule lets a new bootstrap stack pass", () => {
  checkRules({ CheckBootstrapVersion: bootstrapRule }, parameters);
});

test("the CDK's rule refuses an old one with its own words", () => {
  assert.throws(
    () => checkRules({ CheckBootstrapVersion: bootstrapRule }, { ...parameters, ref: () => '5' }),
    /Rules\.CheckBootstrapVersion\.Assertions\.0: CDK bootstrap stack version 6 required\. \(RuleViolated\)/,
  );
});

test('a rule whose condition does not hold asserts nothing', () => {
  checkRules({ Never: { ...bootstrapRule, RuleCondition: isTest } }, { ...parameters, ref: () => '5' });
});
