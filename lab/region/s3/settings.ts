import { ServiceError } from '../protocol/service-error.ts';

/** What S3 answers for a configuration that a bucket does not have. Source: S3 API Reference, "Error responses". */
interface Setting {
  /** For the call log: the action is `Get…`, `Put…`, `Delete…` and this. */
  readonly action: string;
  readonly missing: { readonly code: string } | { readonly answer: string };
}

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** By subresource: kept as they are put, shown as they were put, and without effect in the lab. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  encryption: {
    action: 'BucketEncryption',
    // Every bucket is encrypted with S3's own keys at the least.
    missing: {
      answer: `<ServerSideEncryptionConfiguration ${NAMESPACE}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
    },
  },
  versioning: {
    action: 'BucketVersioning',
    missing: { answer: `<VersioningConfiguration ${NAMESPACE}/>` },
  },
  acl: { action: 'BucketAcl', missing: { answer: `<AccessControlPolicy ${NAMESPACE}/>` } },
  lifecycle: { action: 'BucketLifecycleConfiguration', missing: { code: 'NoSuchLifecycleConfiguration' } },
  publicAccessBlock: { action: 'PublicAccessBlock', missing: { code: 'NoSuchPublicAccessBlockConfiguration' } },
  policy: { action: 'BucketPolicy', missing: { code: 'NoSuchBucketPolicy' } },
  tagging: { action: 'BucketTagging', missing: { code: 'NoSuchTagSet' } },
  ownershipControls: { action: 'BucketOwnershipControls', missing: { code: 'OwnershipControlsNotFoundError' } },
};

/** The setting that a request is about; `undefined` when it is about the bucket or an object itself. */
export function settingOf(query: Readonly<Record<string, string>>): string | undefined {
  return Object.keys(query).find((name) => Object.hasOwn(SETTINGS, name));
}

/** @throws ServiceError with S3's own code for a setting that is not there */
export function readSetting(settings: ReadonlyMap<string, string>, name: string): string {
  const found = settings.get(name);
  if (found !== undefined) return found;
  const missing = SETTINGS[name]?.missing ?? { code: 'NoSuchConfiguration' };
  if ('answer' in missing) return missing.answer;
  throw new ServiceError(missing.code, `The bucket has no ${name} configuration`, 404);
}
