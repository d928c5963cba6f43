// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of Fn::Sub
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemplateError } from '../../../../lab/cloudformation/errors.ts';
import { drawUp } from '../../../../lab/cloudformation/stack/blueprint.ts';
import { parseTemplate } from '../../../../lab/cloudformation/template/template.ts';

const NO_CONDITIONS: ReadonlyMap<string, boolean> = new Map();

function problems(source: unknown, conditions = NO_CONDITIONS): readonly string[] {
  try {
    drawUp(parseTemplate(source), conditions);
  } catch (error) {
    assert.ok(error instanceof TemplateError);
    return error.problems.map(({ code, path }) => `${code} ${path}`);
  }
  return [];
}

test('dependencies come from references and from DependsOn', () => {
  const { resources } = drawUp(
    parseTemplate({
      Resources: {
        Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
        Gateway: { Type: 'AWS::EC2::InternetGateway' },
        Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
        Address: { Type: 'AWS::EC2::EIP', DependsOn: ['Gateway'] },
        Named: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': '${Vpc.CidrBlock}-${Subnet}' } } },
      },
    }),
    NO_CONDITIONS,
  );
  const found = Object.fromEntries([...resources].map(([id, { dependsOn }]) => [id, [...dependsOn]]));
  assert.deepEqual(found, { Vpc: [], Gateway: [], Subnet: ['Vpc'], Address: ['Gateway'], Named: ['Vpc', 'Subnet'] });
});

test('every problem is found before anything is created', () => {
  const found = problems({
    Resources: {
      Fleet: { Type: 'AWS::GameLift::Alias' },
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16', Colour: 'red' } },
      Template: {
        Type: 'AWS::EC2::LaunchTemplate',
        Properties: { LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required', HttpTea: 'x' } } },
      },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Magic': [] } }, DeletionPolicy: 'Snapshot' },
      Address: {
        Type: 'AWS::EC2::EIPAssociation',
        Properties: { AllocationId: { Ref: 'Nobody' }, NetworkInterfaceId: { 'Fn::GetAtt': ['Vpc', 'Shape'] } },
        DependsOn: 'Nothing',
      },
    },
    Outputs: { Out: { Value: { Ref: 'Gone' } } },
  });
  assert.deepEqual(found.toSorted(), [
    'InvalidTemplate Resources.Queue.DeletionPolicy',
    'UnknownIntrinsic Resources.Queue.Properties.QueueName',
    'UnknownProperty Resources.Template.Properties.LaunchTemplateData.MetadataOptions.HttpTea',
    'UnknownProperty Resources.Vpc.Properties.Colour',
    'UnknownResourceType Resources.Fleet.Type',
    'UnresolvedReference Outputs.Out.Value.Ref',
    'UnresolvedReference Resources.Address.DependsOn',
    'UnresolvedReference Resources.Address.Properties.AllocationId.Ref',
    'UnresolvedReference Resources.Address.Properties.NetworkInterfaceId.Fn::GetAtt',
  ]);
});

test('a value of a wrong type is found, one behind a function is left for later', () => {
  const properties = (Size: unknown) => ({ AvailabilityZone: { Ref: 'AWS::Region' }, Size });
  const resource = (Size: unknown) => ({
    Resources: { V: { Type: 'AWS::EC2::Volume', Properties: properties(Size) } },
  });
  assert.deepEqual(problems(resource('big')), ['InvalidTemplate Resources.V.Properties.Size']);
  assert.deepEqual(problems(resource({ 'Fn::Select': [0, ['1', '2']] })), []);
});

test('a circle is refused with its way round', () => {
  const queue = (name: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: name } } });
  const source = { Resources: { A: queue('B'), B: queue('C'), C: queue('A') } };
  assert.throws(() => drawUp(parseTemplate(source), NO_CONDITIONS), /needs itself: A needs B needs C needs A/);
});

test('what a condition excludes is left out, also from Fn::If and DependsOn', () => {
  const source = {
    Resources: {
      A: { Type: 'AWS::SQS::Queue', Condition: 'No' },
      B: {
        Type: 'AWS::SQS::Queue',
        DependsOn: 'A',
        Properties: { QueueName: { 'Fn::If': ['No', { Ref: 'A' }, 'b'] } },
      },
    },
    Outputs: { A: { Condition: 'No', Value: { Ref: 'A' } } },
  };
  const conditions = new Map([['No', false]]);
  const { resources, outputs } = drawUp(parseTemplate(source), conditions);
  assert.deepEqual([[...resources.keys()], outputs], [['B'], {}]);

  const dangling = {
    Resources: { ...source.Resources, C: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'A' } } } },
  };
  assert.throws(() => drawUp(parseTemplate(dangling), conditions), /"A" is a resource whose condition excludes it/);
});

test('sections and attributes that are not known are refused', () => {
  for (const source of [
    { Resources: {}, Transform: 'AWS::Serverless-2016-10-31' },
    { Resources: { A: { Type: 'AWS::SQS::Queue', CreationPolicy: {} } } },
    { Resources: { 'with-hyphen': { Type: 'AWS::SQS::Queue' } } },
    { Parameters: {} },
    'text',
  ]) {
    assert.throws(() => parseTemplate(source), TemplateError);
  }
});
