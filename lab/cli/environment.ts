import { LAB_REGION } from '../lab.ts';

/** Shell lines that point the AWS CLI and the SDKs at the lab. It checks no signature: any key will do. */
export function exportLines(endpoint: string): string[] {
  return [
    `export AWS_ENDPOINT_URL=${endpoint}`,
    'export AWS_ACCESS_KEY_ID=lab AWS_SECRET_ACCESS_KEY=lab',
    `export AWS_REGION=${LAB_REGION.region} AWS_DEFAULT_REGION=${LAB_REGION.region}`,
    'unset AWS_PROFILE AWS_SESSION_TOKEN',
  ];
}
