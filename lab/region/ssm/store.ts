import type { RegionContext } from '../service.ts';
import type { RegionSettings } from '../settings.ts';
import type { Agents } from './agents.ts';
import type { Command } from './command.ts';
import type { DocumentRecord } from './document.ts';
import type { ParameterRecord } from './parameter.ts';

/** An instance as Systems Manager sees it. */
export interface ManagedInstance {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly role: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

/** Which instances there are; terminated ones are not. */
export interface InstanceDirectory {
  find(instanceId: string): ManagedInstance | undefined;
}

/** Everything that SSM's operations work on. */
export interface SsmWorld {
  readonly context: RegionContext;
  readonly settings: RegionSettings;
  readonly directory: InstanceDirectory;
  readonly documents: Map<string, DocumentRecord>;
  readonly commands: Map<string, Command>;
  readonly parameters: Map<string, ParameterRecord>;
  /** Of AWS's public parameters: name and value. */
  readonly publicParameters: ReadonlyMap<string, string>;
  readonly agents: Agents;
  /** May a machine's role do this with the parameter? Asked for machines that come past the API. */
  permitsParameter(instanceId: string, action: 'ssm:GetParameter' | 'ssm:PutParameter', name: string): boolean;
}

/** Seconds since the epoch, as the JSON protocol has timestamps. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
