import { uuid } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../service.ts';
import { errorResponse } from '../wire/errors.ts';
import { canonicalQuery, Params, parseQuery, type QueryNode } from '../wire/query.ts';
import { writeXml, type XmlElement } from '../wire/xml.ts';
import type { Ec2Action, Ec2Actions } from './action.ts';
import { addressActions } from './addresses.ts';
import { imageActions } from './images.ts';
import { instanceActions } from './instances.ts';
import { interfaceActions } from './interfaces.ts';
import { internetGatewayActions } from './internet-gateways.ts';
import { launchTemplateActions } from './launch-templates.ts';
import { modificationActions } from './modifications.ts';
import { routeTableActions } from './route-tables.ts';
import { runInstancesActions } from './run-instances.ts';
import { securityGroupRuleActions } from './security-group-rules.ts';
import { securityGroupActions } from './security-groups.ts';
import { snapshotActions } from './snapshots.ts';
import { subnetActions } from './subnets.ts';
import { tagActions } from './tags.ts';
import { Throttle } from './throttle.ts';
import { volumeAttachmentActions } from './volume-attachment.ts';
import { volumeActions } from './volumes.ts';
import { vpcActions } from './vpcs.ts';
import type { Ec2World } from './world.ts';
import { zoneActions } from './zones.ts';

const ACTIONS: ReadonlyMap<string, Ec2Action> = new Map(
  Object.entries({
    ...addressActions,
    ...imageActions,
    ...instanceActions,
    ...interfaceActions,
    ...internetGatewayActions,
    ...launchTemplateActions,
    ...modificationActions,
    ...routeTableActions,
    ...runInstancesActions,
    ...securityGroupActions,
    ...securityGroupRuleActions,
    ...snapshotActions,
    ...subnetActions,
    ...tagActions,
    ...volumeActions,
    ...volumeAttachmentActions,
    ...vpcActions,
    ...zoneActions,
  } satisfies Ec2Actions),
);

/** Of every action. */
const COMMON = ['Action', 'Version', 'DryRun', 'ClientToken'] as const;

const NAMESPACE = ' xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';

/** EC2's actions without the Query protocol around them. */
export interface Ec2Calls {
  /** @throws ServiceError */
  call(action: string, parameters: QueryNode): Promise<{ readonly requestId: string; readonly answer: XmlElement }>;
}

export function createEc2Calls(world: Ec2World): Ec2Calls {
  const throttle = new Throttle(world.context.clock);
  /** Answers by client token, of all actions but RunInstances, which has rules of its own. */
  const answered = new Map<string, { readonly request: string; readonly answer: XmlElement }>();

  async function act(name: string, action: Ec2Action, params: Params): Promise<XmlElement> {
    params.allow([...COMMON, ...action.takes]);
    if (params.flag('DryRun')) {
      throw new ServiceError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    }
    const token = name === 'RunInstances' ? undefined : params.text('ClientToken');
    if (token === undefined) return action.run(params, world);
    const request = canonicalQuery(params.node);
    const before = answered.get(`${name} ${token}`);
    if (before === undefined) {
      const answer = await action.run(params, world);
      answered.set(`${name} ${token}`, { request, answer });
      return answer;
    }
    if (before.request === request) return before.answer;
    throw new ServiceError(
      'IdempotentParameterMismatch',
      `The client token '${token}' was used before, with other parameters.`,
    );
  }

  return {
    async call(name, parameters) {
      const requestId = uuid(world.context.random);
      let error: string | undefined;
      try {
        const action = ACTIONS.get(name);
        if (action === undefined) {
          throw new ServiceError(
            'InvalidAction',
            `The action '${name}' is not valid for the lab's EC2. See lab/region/ec2/service.ts for those it has.`,
          );
        }
        const params = new Params(parameters);
        if (world.settings.throttle === 'published') throttle.take(name, params);
        return { requestId, answer: await act(name, action, params) };
      } catch (thrown) {
        if (thrown instanceof ServiceError) error = thrown.code;
        throw thrown;
      } finally {
        world.context.called({ service: 'ec2', action: name, error });
      }
    },
  };
}

/** EC2 over its Query protocol. */
export function ec2Service(world: Ec2World, calls: Ec2Calls = createEc2Calls(world)): Service {
  async function handle(request: ServiceRequest): Promise<ServiceResponse> {
    const parameters = parseQuery(request.body);
    const name = parameters.children.get('Action')?.value ?? '';
    try {
      const { requestId, answer } = await calls.call(name, parameters);
      return {
        status: 200,
        headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${writeXml(`${name}Response`, { requestId, ...answer }, NAMESPACE)}`,
      };
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      return errorResponse('ec2', thrown, uuid(world.context.random));
    }
  }

  return { names: ['ec2'], handle };
}
