import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceError } from '../protocol/service-error.ts';
import { unzip } from './unzip.ts';

/** The bytes of an object in S3. */
export type ReadPackage = (bucket: string, key: string) => Uint8Array | undefined;

/** The directory of each deployment package, by bucket and key: registered by hand, or unpacked from S3. */
export class AssetStore {
  readonly #read: ReadPackage;
  readonly #directories = new Map<string, string>();
  readonly #unpacked = new Map<string, { readonly bytes: Uint8Array; readonly directory: Promise<string> }>();

  constructor(read: ReadPackage) {
    this.#read = read;
  }

  register(bucket: string, key: string, directory: string): void {
    this.#directories.set(`${bucket}/${key}`, directory);
  }

  /** @throws ServiceError `InvalidParameterValueException`, as Lambda answers for a key that S3 does not have, or for no zip. */
  async directory(bucket: string, key: string): Promise<string> {
    const name = `${bucket}/${key}`;
    const bytes = this.#read(bucket, key);
    if (bytes === undefined) {
      const found = this.#directories.get(name);
      if (found !== undefined) return found;
      throw new ServiceError(
        'InvalidParameterValueException',
        `Error occurred while GetObject. S3 Error Code: NoSuchKey. There is no object s3://${name}, and no directory is registered for it with the lab.`,
      );
    }
    const before = this.#unpacked.get(name);
    if (before?.bytes === bytes) return before.directory;
    const directory = unpack(bytes);
    this.#unpacked.set(name, { bytes, directory });
    return directory;
  }

  /** Takes away what was unpacked. */
  async clear(): Promise<void> {
    const made = await Promise.allSettled([...this.#unpacked.values()].map(({ directory }) => directory));
    this.#unpacked.clear();
    await Promise.all(
      made.map((one) => (one.status === 'fulfilled' ? rm(one.value, { recursive: true, force: true }) : undefined)),
    );
  }
}

async function unpack(bytes: Uint8Array): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'everswarm-lab-code-'));
  try {
    await unzip(bytes, directory);
    return directory;
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new ServiceError('InvalidParameterValueException', `Could not unzip uploaded file: ${why}`);
  }
}
