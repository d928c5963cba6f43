import { type DocumentRecord, parseDocument } from './document.ts';

const TEXT = JSON.stringify({
  schemaVersion: '2.2',
  description: 'Run a shell script or specify the commands to run.',
  parameters: {
    commands: { type: 'StringList', description: 'Shell commands to run.', minItems: 1 },
    workingDirectory: { type: 'String', default: '', maxChars: 4096 },
    executionTimeout: { type: 'String', default: '3600', allowedPattern: '^([1-9][0-9]{0,4}|1[0-6][0-9]{4}|172800)$' },
  },
  mainSteps: [
    {
      action: 'aws:runShellScript',
      name: 'awsRunShellScript',
      inputs: {
        runCommand: ['{{ commands }}'],
        workingDirectory: '{{ workingDirectory }}',
        timeoutSeconds: '{{ executionTimeout }}',
      },
    },
  ],
});

/** AWS's own AWS-RunShellScript, with the parameters that the real one has: for whoever tries the lab by hand. */
export function runShellScript(): DocumentRecord {
  const version = { version: 1, versionName: undefined, createdAt: 0, format: 'JSON' as const, text: TEXT };
  return {
    name: 'AWS-RunShellScript',
    owner: 'Amazon',
    tags: new Map(),
    defaultVersion: 1,
    versions: [{ ...version, content: parseDocument(TEXT, 'JSON') }],
  };
}
