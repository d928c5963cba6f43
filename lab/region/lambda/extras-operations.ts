import type { Clock } from '../../../lib/clock.ts';
import { parseInput } from '../protocol/input.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { DEFAULT_EVENT_INVOKE } from './function.ts';
import * as inputs from './inputs.ts';
import type { FunctionRegistry, Registered } from './registry.ts';
import type { RestReply, Route } from './rest.ts';
import { eventInvokeShape, statementShape } from './shapes.ts';

const FUNCTION = '/2015-03-31/functions/:name';
const EVENT_INVOKE = '/2019-09-25/functions/:name/event-invoke-config';
const PARAMETER = 'InvalidParameterValueException';

/** What goes with a function: its resource policy, asynchronous settings, concurrency and tags. */
export function extrasRoutes(registry: FunctionRegistry, clock: Clock): Route[] {
  function eventInvoke(registered: Registered, body: unknown, keep: boolean): RestReply {
    const request = parseInput(inputs.EventInvoke, body, PARAMETER);
    const before = (keep ? registered.extras.eventInvoke : undefined) ?? DEFAULT_EVENT_INVOKE;
    const { OnSuccess, OnFailure } = request.DestinationConfig ?? {};
    const config = {
      maximumRetryAttempts: request.MaximumRetryAttempts ?? before.maximumRetryAttempts,
      maximumEventAgeSeconds: request.MaximumEventAgeInSeconds ?? before.maximumEventAgeSeconds,
      onSuccess: OnSuccess === undefined ? before.onSuccess : OnSuccess.Destination,
      onFailure: OnFailure === undefined ? before.onFailure : OnFailure.Destination,
      modifiedAt: clock.now(),
    };
    registered.extras.eventInvoke = config;
    return { body: eventInvokeShape(registered.function, config) };
  }

  function policy(registered: Registered): Record<string, unknown> {
    const statements = [...registered.extras.permissions.values()];
    if (statements.length === 0) throw notFound('The resource you requested does not exist.');
    const Statement = statements.map((permission) => statementShape(registered.function, permission));
    const Policy = JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement });
    return { Policy, RevisionId: registered.function.revision };
  }

  return [
    {
      action: 'AddPermission',
      method: 'POST',
      path: `${FUNCTION}/policy`,
      answer({ name, body }) {
        const { function: fn, extras } = registry.get(name);
        const request = parseInput(inputs.AddPermission, body, PARAMETER);
        if (extras.permissions.has(request.StatementId)) {
          throw new ServiceError(
            'ResourceConflictException',
            `The statement id (${request.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
            409,
          );
        }
        const permission = {
          sid: request.StatementId,
          principal: request.Principal,
          action: request.Action,
          sourceArn: request.SourceArn,
          sourceAccount: request.SourceAccount,
        };
        extras.permissions.set(permission.sid, permission);
        return { status: 201, body: { Statement: JSON.stringify(statementShape(fn, permission)) } };
      },
    },
    {
      action: 'GetPolicy',
      method: 'GET',
      path: `${FUNCTION}/policy`,
      answer: ({ name }) => ({ body: policy(registry.get(name)) }),
    },
    {
      action: 'RemovePermission',
      method: 'DELETE',
      path: `${FUNCTION}/policy/:rest`,
      answer({ name, rest }) {
        if (!registry.get(name).extras.permissions.delete(rest))
          throw notFound(`Statement ${rest} is not found in resource policy.`);
        return { status: 204, body: undefined };
      },
    },
    {
      action: 'PutFunctionEventInvokeConfig',
      method: 'PUT',
      path: EVENT_INVOKE,
      answer: ({ name, body }) => eventInvoke(registry.get(name), body, false),
    },
    {
      action: 'UpdateFunctionEventInvokeConfig',
      method: 'POST',
      path: EVENT_INVOKE,
      answer: ({ name, body }) => eventInvoke(registry.get(name), body, true),
    },
    {
      action: 'GetFunctionEventInvokeConfig',
      method: 'GET',
      path: EVENT_INVOKE,
      answer({ name }) {
        const { function: fn, extras } = registry.get(name);
        if (extras.eventInvoke === undefined)
          throw notFound(`The function ${fn.arn} doesn't have an EventInvokeConfig`);
        return { body: eventInvokeShape(fn, extras.eventInvoke) };
      },
    },
    {
      action: 'DeleteFunctionEventInvokeConfig',
      method: 'DELETE',
      path: EVENT_INVOKE,
      answer({ name }) {
        const { function: fn, extras } = registry.get(name);
        if (extras.eventInvoke === undefined)
          throw notFound(`The function ${fn.arn} doesn't have an EventInvokeConfig`);
        extras.eventInvoke = undefined;
        return { status: 204, body: undefined };
      },
    },
    {
      action: 'PutFunctionConcurrency',
      method: 'PUT',
      path: '/2017-10-31/functions/:name/concurrency',
      answer({ name, body }) {
        const request = parseInput(inputs.Concurrency, body, PARAMETER);
        registry.get(name).extras.reservedConcurrency = request.ReservedConcurrentExecutions;
        return { body: request };
      },
    },
    {
      action: 'GetFunctionConcurrency',
      method: 'GET',
      path: '/2019-09-30/functions/:name/concurrency',
      answer: ({ name }) => ({
        body: { ReservedConcurrentExecutions: registry.get(name).extras.reservedConcurrency },
      }),
    },
    {
      action: 'DeleteFunctionConcurrency',
      method: 'DELETE',
      path: '/2017-10-31/functions/:name/concurrency',
      answer({ name }) {
        registry.get(name).extras.reservedConcurrency = undefined;
        return { status: 204, body: undefined };
      },
    },
    {
      action: 'TagResource',
      method: 'POST',
      path: '/2017-03-31/tags/:name',
      answer({ name, body }) {
        const { tags } = registry.get(name).extras;
        for (const [key, value] of Object.entries(parseInput(inputs.Tags, body, PARAMETER).Tags)) tags.set(key, value);
        return { status: 204, body: undefined };
      },
    },
    {
      action: 'UntagResource',
      method: 'DELETE',
      path: '/2017-03-31/tags/:name',
      answer({ name, query }) {
        const { tags } = registry.get(name).extras;
        for (const key of (query['tagKeys'] ?? '').split(',')) tags.delete(key);
        return { status: 204, body: undefined };
      },
    },
    {
      action: 'ListTags',
      method: 'GET',
      path: '/2017-03-31/tags/:name',
      answer: ({ name }) => ({ body: { Tags: Object.fromEntries(registry.get(name).extras.tags) } }),
    },
  ];
}

function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, 404);
}
