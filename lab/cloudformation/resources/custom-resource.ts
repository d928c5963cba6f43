import { z } from 'zod';
import type { CustomResourceAnswer, CustomResourceRequest } from '../custom-resource/protocol.ts';
import { stringified } from '../custom-resource/protocol.ts';
import { CustomResourceError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Identity } from '../stack/stack.ts';
import { integer, json, text } from './fields.ts';
import { defineResource, type ResourceContext } from './handler.ts';

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
const ANSWER_SECONDS = { most: 3600, byDefault: 3600 };

const properties = z
  .object({
    ServiceToken: text.refine((token) => /^arn:[^:]+:lambda:/.test(token), 'must be the ARN of a Lambda function'),
    ServiceTimeout: integer
      .refine((seconds) => seconds >= 1 && seconds <= ANSWER_SECONDS.most, 'must be 1 to 3600 seconds')
      .optional(),
  })
  .catchall(json);
type Properties = z.output<typeof properties>;

/** A resource of the template author's own: a Lambda function creates and deletes it. */
export const customResource = defineResource({
  type: 'AWS::CloudFormation::CustomResource',
  attributes: 'any',
  properties,
  async create(given, context) {
    // Known by a generated name until its provider gives it one: what it did before it fell silent is deleted by that.
    const provisional = { physicalId: context.name(255), attributes: {} };
    const answer = await call('Create', given, {}, context, () => context.made(provisional));
    const identity = identityOf(answer);
    context.made(identity);
    if (answer.status === 'FAILED') {
      throw failed(answer);
    }
    return identity;
  },
  // CloudFormation: "Modifying service token is not allowed."
  fixed: ['ServiceToken'],
  async update({ physicalId }, context, after, before) {
    const more = { PhysicalResourceId: physicalId, OldResourceProperties: sentProperties(before) };
    const answer = await call('Update', after, more, context, () => {});
    const identity = identityOf(answer);
    if (answer.status === 'FAILED') {
      throw failed(answer);
    }
    // With another id it is another resource: the former one is deleted once all else has gone well.
    context.made(identity);
    return identity;
  },
  async delete({ physicalId }, context, given) {
    const answer = await call('Delete', given, { PhysicalResourceId: physicalId }, context, () => {});
    if (answer.status === 'FAILED') {
      throw failed(answer);
    }
  },
});

function call(
  RequestType: CustomResourceRequest['RequestType'],
  given: Properties,
  more: Pick<CustomResourceRequest, 'PhysicalResourceId' | 'OldResourceProperties'>,
  context: ResourceContext,
  accepted: () => void,
): Promise<CustomResourceAnswer> {
  const order = {
    RequestType,
    StackId: context.place.stackId,
    ServiceToken: given.ServiceToken,
    ResourceType: context.type,
    LogicalResourceId: context.logicalId,
    ...more,
    ResourceProperties: sentProperties(given),
  };
  const timeoutSeconds = given.ServiceTimeout ?? ANSWER_SECONDS.byDefault;
  return context.customResources.call(order, { timeoutSeconds, signal: context.signal, accepted });
}

function sentProperties({ ServiceTimeout, ...rest }: Properties): JsonObject {
  const sent: JsonObject = ServiceTimeout === undefined ? rest : { ...rest, ServiceTimeout };
  return stringified(sent);
}

function identityOf(answer: CustomResourceAnswer): Identity {
  const identity = { physicalId: answer.physicalId, attributes: answer.data };
  return answer.noEcho ? { ...identity, noEcho: true } : identity;
}

function failed(answer: CustomResourceAnswer): CustomResourceError {
  return new CustomResourceError(
    'CustomResourceFailed',
    `Received response status [FAILED] from custom resource. Message returned: ${answer.reason}`,
  );
}
