import { ServiceError } from '../protocol/service-error.ts';

/** The directory of each deployment package, by bucket and key: what S3 holds on AWS, unpacked. */
export class AssetStore {
  readonly #directories = new Map<string, string>();

  register(bucket: string, key: string, directory: string): void {
    this.#directories.set(`${bucket}/${key}`, directory);
  }

  /** @throws ServiceError `InvalidParameterValueException`, as Lambda answers for a key that S3 does not have. */
  directory(bucket: string, key: string): string {
    const found = this.#directories.get(`${bucket}/${key}`);
    if (found !== undefined) return found;
    throw new ServiceError(
      'InvalidParameterValueException',
      `Error occurred while GetObject. S3 Error Code: NoSuchKey. No asset is registered as s3://${bucket}/${key}; register its directory with the lab first.`,
    );
  }
}
