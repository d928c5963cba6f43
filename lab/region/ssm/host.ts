import type { Host } from '../../machines/host.ts';
import { deliverWaiting, receive } from './command-dispatch.ts';
import { findParameter, storeParameter } from './parameter.ts';
import type { SsmWorld } from './store.ts';

/** Systems Manager as machines reach it: their agents, and Parameter Store for simulated ones. */
export function createSsmHost(world: SsmWorld): Pick<Host, 'agent' | 'parameters'> {
  world.agents.onConnect = (instanceId) => deliverWaiting(world, instanceId);
  return {
    agent: {
      connect: (instanceId, deliver) => world.agents.connect(instanceId, deliver),
      report: (instanceId, result) => receive(world, instanceId, result),
    },
    parameters: {
      get: (name, instanceId) => {
        if (!world.permitsParameter(instanceId, 'ssm:GetParameter', name)) return undefined;
        return findParameter(world, name)?.versions.at(-1)?.value;
      },
      put: (name, value, instanceId) => {
        if (!world.permitsParameter(instanceId, 'ssm:PutParameter', name)) return 'denied';
        const before = world.parameters.get(name);
        const fresh = {
          name,
          type: 'SecureString' as const,
          keyId: 'alias/aws/ssm',
          description: undefined,
          allowedPattern: undefined,
          tier: 'Standard' as const,
          tags: new Map<string, string>(),
        };
        storeParameter(world, before ?? fresh, value);
        return 'stored';
      },
    },
  };
}
