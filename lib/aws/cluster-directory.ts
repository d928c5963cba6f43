import { GetParameterCommand, paginateGetParametersByPath, type SSMClient } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { CLUSTERS_PATH, clusterParameterName } from '../names.ts';
import { isNotFound } from './errors.ts';

/** Where a cluster's memory and its reconciler are. The stack writes it (`lib/constructs/cluster-entry.ts`). */
export interface ClusterEntry {
  readonly cluster: string;
  /** Name of the DynamoDB table. */
  readonly table: string;
  /** Name of the function that reconciles. */
  readonly reconcileFunction: string;
}

/** A cluster's entry was written by hand, or by a version of the stack that is not understood. */
export class GarbledEntryError extends Error {
  readonly code = 'GarbledEntry';
  constructor(parameter: string) {
    super(`the parameter ${parameter} is no entry of a cluster; deploy its stack again, which writes it anew`);
    this.name = 'GarbledEntryError';
  }
}

const VALUE = z.object({ table: z.string().min(1), reconcileFunction: z.string().min(1) });

/** @throws GarbledEntryError, AWS's errors; `undefined`: there is no such cluster in this account and Region */
export async function readCluster(ssm: SSMClient, cluster: string): Promise<ClusterEntry | undefined> {
  const name = clusterParameterName(cluster);
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
    return entryOf(name, Parameter?.Value);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Every cluster of the account and Region, by name. @throws GarbledEntryError, AWS's errors */
export async function listClusters(ssm: SSMClient): Promise<readonly ClusterEntry[]> {
  const entries: ClusterEntry[] = [];
  for await (const page of paginateGetParametersByPath({ client: ssm }, { Path: CLUSTERS_PATH })) {
    for (const { Name, Value } of page.Parameters ?? []) {
      if (Name !== undefined) entries.push(entryOf(Name, Value));
    }
  }
  return entries.sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
}

function entryOf(name: string, value: string | undefined): ClusterEntry {
  const parsed = VALUE.safeParse(jsonOf(value));
  if (!parsed.success) throw new GarbledEntryError(name);
  return { cluster: name.slice(CLUSTERS_PATH.length + 1), ...parsed.data };
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
