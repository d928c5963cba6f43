import { DescribeInstanceInformationCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** Instance ids asked for at once: a page holds no more than this (DescribeInstanceInformation, MaxResults). */
const IDS_PER_CALL = 50;

/**
 * Which of the instances have an agent that is `Online`. Asked by id and not for all, as an account may hold thousands
 * of machines that are none of ours. An agent that died shows `Online` for some minutes more.
 *
 * @throws the SDK's error, as it comes
 */
export async function onlineAgents(ssm: SSMClient, instanceIds: readonly string[]): Promise<Set<string>> {
  const online = new Set<string>();
  const calls: Promise<void>[] = [];
  for (let at = 0; at < instanceIds.length; at += IDS_PER_CALL) {
    calls.push(readPages(ssm, instanceIds.slice(at, at + IDS_PER_CALL), online));
  }
  await Promise.all(calls);
  return online;
}

async function readPages(ssm: SSMClient, instanceIds: readonly string[], online: Set<string>): Promise<void> {
  let token: string | undefined;
  do {
    const page = await ssm.send(
      new DescribeInstanceInformationCommand({
        Filters: [{ Key: 'InstanceIds', Values: [...instanceIds] }],
        MaxResults: IDS_PER_CALL,
        NextToken: token,
      }),
    );
    for (const agent of page.InstanceInformationList ?? []) {
      if (agent.InstanceId !== undefined && agent.PingStatus === 'Online') online.add(agent.InstanceId);
    }
    token = page.NextToken;
  } while (token !== undefined && token !== '');
}
