import { LAB_REGION } from '../lab.ts';
import { LAB_CREDENTIALS } from './credentials.ts';

/** What points the AWS CLI, the SDKs and the CDK at the lab. It checks no signature: any key will do. */
export function exportedVariables(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: LAB_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LAB_CREDENTIALS.secretAccessKey,
    AWS_REGION: LAB_REGION.region,
    AWS_DEFAULT_REGION: LAB_REGION.region,
  };
}

/** The same as shell lines. */
export function exportLines(endpoint: string): string[] {
  const assignments = Object.entries(exportedVariables(endpoint)).map(([name, value]) => `export ${name}=${value}`);
  return [...assignments, 'unset AWS_PROFILE AWS_SESSION_TOKEN'];
}
