import { readFile } from 'node:fs/promises';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createOperator } from '../../../lib/operate/operator.ts';
import { commitProposal, proposeSpec } from '../../../lib/operate/proposal.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { systemClock } from '../../../lib/system-clock.ts';
import type { Stage } from '../../demo/stage.ts';

/** Puts another declared cluster in force as an operator's `apply` does. @throws OperateError, SpecError */
export async function commit({ clients, deployed }: Stage, file: string): Promise<void> {
  const { ec2, ssm, lambda, dynamodb } = clients;
  const dynamo = DynamoDBDocumentClient.from(dynamodb);
  const aws = { ec2, ssm, lambda, dynamo };
  const operator = createOperator({ entry: deployed, by: 'the bench', aws, clock: systemClock });
  const spec = parseSpec(await readFile(file, 'utf8'), file);
  await commitProposal(operator, await proposeSpec(operator, spec, { ask: false }));
}
