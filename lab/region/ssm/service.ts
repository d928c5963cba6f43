import { type JsonOperation, jsonService } from '../protocol/json-service.ts';
import type { Service } from '../service.ts';
import { Agents } from './agents.ts';
import { commandOperations } from './command-operations.ts';
import { documentOperations } from './document-operations.ts';
import { instanceOperations } from './instance-operations.ts';
import { parameterOperations } from './parameter-operations.ts';
import { runShellScript } from './run-shell-script.ts';
import type { SsmWorld } from './store.ts';
import { tagOperations } from './tag-operations.ts';

export function createSsmWorld(
  parts: Pick<SsmWorld, 'context' | 'settings' | 'directory' | 'publicParameters'>,
): SsmWorld {
  const shell = runShellScript();
  return {
    ...parts,
    documents: new Map([[shell.name, shell]]),
    commands: new Map(),
    parameters: new Map(),
    agents: new Agents(() => parts.context.clock.now(), parts.settings.agentLostMilliseconds),
    permitsParameter: () => true,
  };
}

/** Its operations without the JSON protocol around them. */
export function ssmOperations(world: SsmWorld): Readonly<Record<string, JsonOperation>> {
  return {
    ...documentOperations(world),
    ...commandOperations(world),
    ...instanceOperations(world),
    ...parameterOperations(world),
    ...tagOperations(world),
  };
}

/** Systems Manager: documents, Run Command, Parameter Store. */
export function ssmService(world: SsmWorld, operations = ssmOperations(world)): Service {
  return jsonService({ name: 'ssm', version: '1.1', context: world.context, operations });
}
