import { createHash } from 'node:crypto';
import { hex } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext } from '../service.ts';

export interface StoredObject {
  readonly bytes: Uint8Array;
  /** As the ETag header has it, quotes included. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** Headers that came with it and go out with it, e.g. `content-type`, `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A multipart upload that is under way. */
export interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Uint8Array>;
}

export interface Bucket {
  readonly name: string;
  readonly createdAt: number;
  /** Configurations by the name of their subresource (`encryption`, `policy`, …), as they were put. */
  readonly settings: Map<string, string>;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
}

/** The account's buckets in this Region. Of an object only the newest version is kept. */
export class Buckets {
  readonly #context: RegionContext;
  readonly #byName = new Map<string, Bucket>();

  constructor(context: RegionContext) {
    this.#context = context;
  }

  list(): readonly Bucket[] {
    return [...this.#byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws ServiceError `BucketAlreadyOwnedByYou`, `InvalidBucketName` */
  create(name: string): Bucket {
    // Source: "General purpose bucket naming rules" of the S3 User Guide.
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new ServiceError('InvalidBucketName', `The specified bucket is not valid: ${name}`);
    }
    if (this.#byName.has(name)) {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new ServiceError('BucketAlreadyOwnedByYou', message, 409);
    }
    const createdAt = this.#context.clock.now();
    const bucket: Bucket = { name, createdAt, settings: new Map(), objects: new Map(), uploads: new Map() };
    this.#byName.set(name, bucket);
    return bucket;
  }

  /** @throws ServiceError `NoSuchBucket` */
  get(name: string): Bucket {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    throw new ServiceError('NoSuchBucket', `The specified bucket does not exist: ${name}`, 404);
  }

  /** @throws ServiceError `NoSuchBucket`, `BucketNotEmpty` */
  remove(name: string): void {
    if (this.get(name).objects.size > 0) {
      throw new ServiceError('BucketNotEmpty', `The bucket you tried to delete is not empty: ${name}`, 409);
    }
    this.#byName.delete(name);
  }

  /** `undefined` when there is no such bucket or object. */
  find(bucket: string, key: string): StoredObject | undefined {
    return this.#byName.get(bucket)?.objects.get(key);
  }

  /** @throws ServiceError `NoSuchBucket`, `NoSuchKey` */
  object(bucket: string, key: string): StoredObject {
    const found = this.get(bucket).objects.get(key);
    if (found !== undefined) return found;
    throw new ServiceError('NoSuchKey', `The specified key does not exist: ${key}`, 404);
  }

  put(bucket: string, key: string, bytes: Uint8Array, headers: Readonly<Record<string, string>>): StoredObject {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    const object = { bytes, etag, modifiedAt: this.#context.clock.now(), headers };
    this.get(bucket).objects.set(key, object);
    return object;
  }

  beginUpload(bucket: string, key: string, headers: Readonly<Record<string, string>>): string {
    const id = hex(this.#context.random, 32);
    this.get(bucket).uploads.set(id, { key, headers, parts: new Map() });
    return id;
  }

  /** @throws ServiceError `NoSuchUpload` */
  upload(bucket: string, id: string): Upload {
    const found = this.get(bucket).uploads.get(id);
    if (found !== undefined) return found;
    throw new ServiceError('NoSuchUpload', 'The specified multipart upload does not exist.', 404);
  }

  /** Puts the parts together, in the order of their numbers. */
  completeUpload(bucket: string, id: string): StoredObject {
    const { key, headers, parts } = this.upload(bucket, id);
    const ordered = [...parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
    this.get(bucket).uploads.delete(id);
    return this.put(bucket, key, Buffer.concat(ordered), headers);
  }
}
