import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../clock.ts';
import { clusterKey } from './keys.ts';

/** One cluster's part of the table, and the way to it. */
export interface DynamoTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly pk: string;
  readonly clock: Clock;
}

export interface DynamoTableOptions {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly cluster: string;
  readonly clock: Clock;
}

export function dynamoTable({ client, table, cluster, clock }: DynamoTableOptions): DynamoTable {
  return { client, table, pk: clusterKey(cluster), clock };
}
