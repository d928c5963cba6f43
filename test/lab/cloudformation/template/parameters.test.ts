import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveParameters } from '../../../../lab/cloudformation/template/parameters.ts';
import { parseTemplate } from '../../../../lab/cloudformation/template/template.ts';

const STORED: Readonly<Record<string, string>> = { '/version': '33', '/list': 'a, b', '/image': 'ami-1' };

async function values(declared: Record<string, unknown>, given: Record<string, string> = {}) {
  const { Parameters } = parseTemplate({ Parameters: declared, Resources: {} });
  const found = await resolveParameters(Parameters, given, async (name) => STORED[name]);
  return Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
}

test('defaults, given values and lists', async () => {
  const declared = {
    Name: { Type: 'String', Default: 'demo' },
    Count: { Type: 'Number', Default: 3 },
    Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
    Ports: { Type: 'List<Number>', Default: '1,2' },
    Subnets: { Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1' },
  };
  assert.deepEqual(await values(declared, { Name: 'other' }), {
    Name: 'other',
    Count: '3',
    Zones: ['a', 'b'],
    Ports: ['1', '2'],
    Subnets: ['subnet-1'],
  });
});

test('values from Parameter Store', async () => {
  const declared = {
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/version' },
    List: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: '/list' },
    Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: '/image' },
  };
  assert.deepEqual(await values(declared), { BootstrapVersion: '33', List: ['a', 'b'], Image: 'ami-1' });
});

const REFUSED: readonly (readonly [string, Record<string, unknown>, Record<string, string>, RegExp])[] = [
  ['no value', { A: { Type: 'String' } }, {}, /Parameters\.A: has no default/],
  ['one that is not declared', { A: { Type: 'String', Default: '' } }, { B: '' }, /Parameters\.B: .* declares only A/],
  [
    'one that is not stored',
    { A: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/no' } },
    {},
    /"\/no", which does not exist/,
  ],
  ['an unknown type', { A: { Type: 'Boolean', Default: 'x' } }, {}, /type Boolean, which is not known/],
  ['a number that is none', { A: { Type: 'Number', Default: 'x' } }, {}, /does not fit "x"/],
  [
    'a value that is not allowed',
    { A: { Type: 'String', AllowedValues: ['a', 'b'] } },
    { A: 'c' },
    /"c" is not one of a, b/,
  ],
  [
    'a pattern that does not match whole',
    { A: { Type: 'String', AllowedPattern: '[a-z]+' } },
    { A: 'ab1' },
    /does not match/,
  ],
  ['too long a value', { A: { Type: 'String', MaxLength: 2 } }, { A: 'abc' }, /has 3 characters/],
  ['too small a number', { A: { Type: 'Number', MinValue: '2' } }, { A: '1' }, /outside of MinValue/],
];
for (const [what, declared, given, says] of REFUSED) {
  test(`refuses ${what}`, async () => {
    await assert.rejects(values(declared, given), says);
  });
}

test('a secret is not shown in the refusal', async () => {
  await assert.rejects(
    values({ A: { Type: 'String', NoEcho: true, AllowedPattern: 'x' } }, { A: 'hunter2' }),
    (error: unknown) => error instanceof Error && !error.message.includes('hunter2'),
  );
});
