import type { AgentTask } from '../../../../lab/machines/host.ts';
import type { RegionSettings } from '../../../../lab/region/settings.ts';
import { labRegion, launched, network } from './lab-region.ts';

export const CONTENT = {
  schemaVersion: '2.2',
  parameters: {
    node: { type: 'String', allowedPattern: '^[a-z0-9]+$' },
    seconds: { type: 'String', default: '60' },
  },
  mainSteps: [
    {
      action: 'aws:runShellScript',
      name: 'run',
      inputs: { timeoutSeconds: '{{ seconds }}', runCommand: ['echo {{ node }}', 'echo "{{seconds}}"'] },
    },
  ],
};

/** A region with one instance, whose agent connects when told to, and a document that it can be sent. */
export async function commanded(settings: Partial<RegionSettings> = {}) {
  const lab = labRegion(settings);
  const { subnetA } = await network(lab);
  const instanceId = await launched(lab, subnetA);
  await lab.ssm.createDocument({ Name: 'say', DocumentType: 'Command', Content: JSON.stringify(CONTENT) });
  const tasks: AgentTask[] = [];
  const connect = () => lab.region.host.agent.connect(instanceId, (task) => tasks.push(task));
  const send = (extra: object = {}) =>
    lab.ssm.sendCommand({ DocumentName: 'say', InstanceIds: [instanceId], Parameters: { node: ['n1'] }, ...extra });
  const get = (CommandId: string) => lab.ssm.getCommandInvocation({ CommandId, InstanceId: instanceId });
  return { lab, subnetA, instanceId, tasks, connect, send, get };
}

export const RESULT = { status: 'Success', exitCode: 0, stdout: 'n1\n', stderr: '' } as const;
