// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of Fn::Sub
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemplateError } from '../../../../lab/cloudformation/errors.ts';
import type { Json } from '../../../../lab/cloudformation/json.ts';
import { resolve } from '../../../../lab/cloudformation/template/resolve.ts';
import { pseudoParameter, type Scope } from '../../../../lab/cloudformation/template/scope.ts';

const PLACE = { account: '123456789012', region: 'us-east-1', stackName: 'Demo', stackId: 'arn:aws:cfn:demo' };
const NAMES: Readonly<Record<string, Json>> = { Vpc: 'vpc-1', Size: '3', Zones: ['a', 'b'], Secret: 'x' };
const ATTRIBUTES: Readonly<Record<string, Json>> = {
  'Vpc.CidrBlock': '10.0.0.0/16',
  'Db.Endpoint.Address': 'db.local',
  'Db.Ports': ['1', '2'],
};

const scope: Scope = {
  ref: (name) => NAMES[name] ?? pseudoParameter(name, PLACE),
  attribute: (logicalId, attribute) => ATTRIBUTES[`${logicalId}.${attribute}`],
  condition: (name) => ({ Yes: true, No: false })[name],
  mapping: (map, top, second) => (`${map}/${top}/${second}` === 'Sizes/us-east-1/small' ? { Ref: 'Size' } : undefined),
  zones: (region) => (region === 'us-east-1' ? ['us-east-1a', 'us-east-1b', 'us-east-1c'] : undefined),
};

const GOLDEN: readonly (readonly [what: string, source: Json, result: Json | undefined])[] = [
  ['plain data', { A: [1, true, null, 'x'] }, { A: [1, true, null, 'x'] }],
  ['Ref of a resource', { Ref: 'Vpc' }, 'vpc-1'],
  ['Ref of a list parameter', { Ref: 'Zones' }, ['a', 'b']],
  ['AWS::Region', { Ref: 'AWS::Region' }, 'us-east-1'],
  ['AWS::AccountId', { Ref: 'AWS::AccountId' }, '123456789012'],
  ['AWS::Partition', { Ref: 'AWS::Partition' }, 'aws'],
  ['AWS::URLSuffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
  ['AWS::StackId', { Ref: 'AWS::StackId' }, 'arn:aws:cfn:demo'],
  ['AWS::StackName', { Ref: 'AWS::StackName' }, 'Demo'],
  ['AWS::NoValue as all there is', { Ref: 'AWS::NoValue' }, undefined],
  ['AWS::NoValue as a property', { A: { Ref: 'AWS::NoValue' }, B: 1 }, { B: 1 }],
  ['AWS::NoValue in a list', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
  ['GetAtt, list form', { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, '10.0.0.0/16'],
  ['GetAtt, text form', { 'Fn::GetAtt': 'Vpc.CidrBlock' }, '10.0.0.0/16'],
  ['GetAtt, dots in the attribute', { 'Fn::GetAtt': ['Db', 'Endpoint.Address'] }, 'db.local'],
  ['GetAtt, text form with dots', { 'Fn::GetAtt': 'Db.Endpoint.Address' }, 'db.local'],
  ['GetAtt, attribute in parts', { 'Fn::GetAtt': ['Db', 'Endpoint', 'Address'] }, 'db.local'],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Vpc' }, 3]] }, 'a-vpc-1-3'],
  ['Join of a list attribute', { 'Fn::Join': [',', { 'Fn::GetAtt': ['Db', 'Ports'] }] }, '1,2'],
  ['Join of nothing', { 'Fn::Join': ['', []] }, ''],
  ['Sub, text form', { 'Fn::Sub': 'x-${AWS::Region}-${Vpc}-${Vpc.CidrBlock}' }, 'x-us-east-1-vpc-1-10.0.0.0/16'],
  ['Sub, list form', { 'Fn::Sub': ['${Own}/${Vpc}', { Own: { 'Fn::Join': ['', ['o', 'k']] } }] }, 'ok/vpc-1'],
  ['Sub, a variable before a resource', { 'Fn::Sub': ['${Vpc}', { Vpc: 'mine' }] }, 'mine'],
  ['Sub, literal', { 'Fn::Sub': '${!Vpc} $Vpc ${Vpc}' }, '${Vpc} $Vpc vpc-1'],
  ['Select', { 'Fn::Select': [1, ['a', 'b']] }, 'b'],
  ['Select by a text index', { 'Fn::Select': ['2', { 'Fn::GetAZs': '' }] }, 'us-east-1c'],
  ['Select by reference', { 'Fn::Select': [0, { Ref: 'Zones' }] }, 'a'],
  ['Split', { 'Fn::Split': ['/', '10.0.0.0/16'] }, ['10.0.0.0', '16']],
  ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': 'Vpc.CidrBlock' }] }] }, '16'],
  [
    'GetAZs of the Region by name',
    { 'Fn::GetAZs': { Ref: 'AWS::Region' } },
    ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  ],
  ['FindInMap, with functions as keys', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, '3'],
  ['Base64', { 'Fn::Base64': { 'Fn::Sub': 'id ${Vpc}' } }, 'aWQgdnBjLTE='],
  ['Cidr', { 'Fn::Cidr': [{ 'Fn::GetAtt': 'Vpc.CidrBlock' }, 3, '8'] }, ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
  ['Cidr of a single address', { 'Fn::Cidr': ['192.168.255.255/32', 1, 0] }, ['192.168.255.255/32']],
  ['If, true', { 'Fn::If': ['Yes', { Ref: 'Vpc' }, { Ref: 'Absent' }] }, 'vpc-1'],
  ['If, false', { 'Fn::If': ['No', { Ref: 'Absent' }, 'other'] }, 'other'],
  ['If that takes a property away', { A: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } }, {}],
];

for (const [what, source, result] of GOLDEN) {
  test(`resolves ${what}`, () => {
    assert.deepEqual(resolve(source, scope, 'X'), result);
  });
}

const REFUSED: readonly (readonly [what: string, source: Json, code: string, path: string, says: RegExp])[] = [
  ['an unknown function', { A: { 'Fn::Length': [] } }, 'UnknownIntrinsic', 'X.A', /Fn::Length is not known/],
  ['Fn::ImportValue', { 'Fn::ImportValue': 'x' }, 'UnknownIntrinsic', 'X', /refused: the lab provisions one stack/],
  ['a function of conditions as a value', { 'Fn::Equals': [1, 1] }, 'UnknownIntrinsic', 'X', /Fn::Equals/],
  ['a function beside other keys', { Ref: 'Vpc', B: 1 }, 'InvalidIntrinsic', 'X', /has Ref beside B/],
  ['Ref of nothing', [0, { Ref: 'Absent' }], 'UnresolvedReference', 'X.1.Ref', /"Absent" is neither/],
  ['Ref of no name', { Ref: ['Vpc'] }, 'InvalidIntrinsic', 'X.Ref', /takes a string/],
  ['Ref of an inherited property', { Ref: 'AWS::toString' }, 'UnresolvedReference', 'X.Ref', /AWS::toString/],
  [
    'GetAtt of no attribute',
    { 'Fn::GetAtt': 'Vpc.Colour' },
    'UnresolvedReference',
    'X.Fn::GetAtt',
    /no attribute "Colour"/,
  ],
  [
    'GetAtt without attribute',
    { 'Fn::GetAtt': 'Vpc' },
    'InvalidIntrinsic',
    'X.Fn::GetAtt',
    /\[logical id, attribute\]/,
  ],
  ['Join of an object', { 'Fn::Join': ['', [{ A: 1 }]] }, 'InvalidIntrinsic', 'X.Fn::Join', /takes a string/],
  ['Join of three', { 'Fn::Join': ['', [], 1] }, 'InvalidIntrinsic', 'X.Fn::Join', /\[separator, \[strings\]\]/],
  ['Sub of nothing there', { 'Fn::Sub': '${Nope}' }, 'UnresolvedReference', 'X.Fn::Sub', /"Nope"/],
  ['Sub of a list', { 'Fn::Sub': '${Zones}' }, 'InvalidIntrinsic', 'X.Fn::Sub', /takes a string/],
  ['Sub of a number', { 'Fn::Sub': 5 }, 'InvalidIntrinsic', 'X.Fn::Sub', /a string, or/],
  ['Select past the end', { 'Fn::Select': [2, ['a', 'b']] }, 'InvalidIntrinsic', 'X.Fn::Select', /index below 2/],
  ['Select by a negative index', { 'Fn::Select': [-1, ['a']] }, 'InvalidIntrinsic', 'X.Fn::Select', /whole number/],
  ['Split of a list', { 'Fn::Split': ['/', []] }, 'InvalidIntrinsic', 'X.Fn::Split', /takes a string/],
  ['GetAZs elsewhere', { 'Fn::GetAZs': 'eu-west-1' }, 'InvalidIntrinsic', 'X.Fn::GetAZs', /own Region/],
  [
    'FindInMap of no key',
    { 'Fn::FindInMap': ['Sizes', 'a', 'b'] },
    'InvalidIntrinsic',
    'X.Fn::FindInMap',
    /in Mappings/,
  ],
  ['Cidr that does not fit', { 'Fn::Cidr': ['10.0.0.0/24', 2, 8] }, 'InvalidIntrinsic', 'X.Fn::Cidr', /holds count/],
  [
    'If of an unknown condition',
    { 'Fn::If': ['Maybe', 1, 2] },
    'UnresolvedReference',
    'X.Fn::If',
    /"Maybe" is not in Conditions/,
  ],
  ['If of two', { 'Fn::If': ['Yes', 1] }, 'InvalidIntrinsic', 'X.Fn::If', /value if false/],
];

for (const [what, source, code, path, says] of REFUSED) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => resolve(source, scope, 'X'),
      (error: unknown) => {
        assert.ok(error instanceof TemplateError);
        assert.equal(error.problems[0]?.path, path);
        assert.equal(error.code, code);
        assert.match(error.message, says);
        return true;
      },
    );
  });
}
