import {
  type DocumentKey,
  DRAINED_LABEL,
  LOGICAL_ID_LABEL,
  RECOVERING_LABEL,
  SETTINGS_LABEL,
  STOPPING_LABEL,
  tokenParameterName,
} from '../names.ts';
import { renderTemplate } from '../templates.ts';
import { documentFacts } from './document-facts.ts';
import { MACHINE_PATHS, type MachinePaths } from './machine-paths.ts';

/** The script of a document, its parameters still open as `{{ name }}`. */
export function documentScript(cluster: string, key: DocumentKey, paths: MachinePaths = MACHINE_PATHS): string {
  return renderTemplate(`documents/${key}.sh.hbs`, {
    cluster,
    key,
    paths,
    settingsLabel: SETTINGS_LABEL,
    logicalIdLabel: LOGICAL_ID_LABEL,
    drainedLabel: DRAINED_LABEL,
    stoppingLabel: STOPPING_LABEL,
    recoveringLabel: RECOVERING_LABEL,
    tokenParameters: { manager: tokenParameterName(cluster, 'manager'), worker: tokenParameterName(cluster, 'worker') },
  });
}

/**
 * The content of a cluster's SSM document, as `AWS::SSM::Document` and CreateDocument take it (schema 2.2).
 * The script begins with `#!`, so the agent runs it with bash:
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html#aws-runShellScript
 */
export function documentContent(cluster: string, key: DocumentKey): Record<string, unknown> {
  const facts = documentFacts(key);
  return {
    schemaVersion: '2.2',
    description: `everswarm ${cluster}: ${facts.description}`,
    parameters: Object.fromEntries(
      Object.entries(facts.parameters).map(([name, parameter]) => [name, { type: 'String', ...parameter }]),
    ),
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: 'run',
        inputs: {
          timeoutSeconds: String(facts.executionSeconds),
          runCommand: documentScript(cluster, key).trimEnd().split('\n'),
        },
      },
    ],
  };
}
