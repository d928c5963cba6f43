import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service, ServiceRequest, ServiceResponse } from '../service.ts';
import { escapeXml } from '../wire/xml.ts';
import { uploadedBytes } from './body.ts';
import { Buckets, type StoredObject } from './buckets.ts';
import { deleteObjects, listBuckets, listObjects } from './listing.ts';
import { readSetting, SETTINGS, settingOf } from './settings.ts';

export interface S3Service extends Service {
  readonly buckets: Buckets;
}

type Answer = Partial<ServiceResponse>;
interface Operation {
  readonly action: string;
  answer(): Answer;
}

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
/** Headers of an object that are kept with it. */
const KEPT = /^(content-type|content-disposition|cache-control|x-amz-meta-.+)$/;

/** S3 with path-style addresses, as SDKs use them with a loopback endpoint: buckets, objects, and settings without effect. */
export function createS3Service(context: RegionContext): S3Service {
  const buckets = new Buckets(context);

  async function handle(request: ServiceRequest): Promise<ServiceResponse> {
    const operation = operationOf(request, buckets, context);
    let error: string | undefined;
    try {
      const owner = request.headers['x-amz-expected-bucket-owner'];
      if (owner !== undefined && owner !== context.account)
        throw new ServiceError('AccessDenied', 'Access Denied', 403);
      const answer = operation.answer();
      return { status: 200, body: '', ...answer, headers: { 'content-type': 'application/xml', ...answer.headers } };
    } catch (thrown) {
      if (thrown instanceof ServiceError) error = thrown.code;
      throw thrown;
    } finally {
      context.called({ service: 's3', action: operation.action, error });
    }
  }

  return { names: ['s3', 's3express'], handle, buckets };
}

/** @throws ServiceError `NotImplemented` when answered, for what the lab's S3 does not have */
function operationOf(request: ServiceRequest, buckets: Buckets, context: RegionContext): Operation {
  const [, name = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(request.path)?.map(decodeURIComponent) ?? [];
  if (name === '') return { action: 'ListBuckets', answer: () => listBuckets(buckets.list()) };
  return key === '' ? bucketOperation(name, request, buckets, context) : objectOperation(name, key, request, buckets);
}

function bucketOperation(name: string, request: ServiceRequest, buckets: Buckets, context: RegionContext): Operation {
  const { method, query } = request;
  const setting = settingOf(query);
  if (setting !== undefined) return settingOperation(name, setting, request, buckets);
  if (method === 'GET' && query['location'] !== undefined) {
    // us-east-1 is the empty one. Source: GetBucketLocation.
    const place = context.region === 'us-east-1' ? '' : context.region;
    return {
      action: 'GetBucketLocation',
      answer: () => {
        buckets.get(name);
        return { body: `<LocationConstraint ${NAMESPACE}>${place}</LocationConstraint>` };
      },
    };
  }
  if (method === 'POST' && query['delete'] !== undefined) {
    return { action: 'DeleteObjects', answer: () => deleteObjects(buckets.get(name), request.body) };
  }
  switch (method) {
    case 'PUT':
      return {
        action: 'CreateBucket',
        answer: () => ({ headers: { location: `/${buckets.create(name).name}` } }),
      };
    case 'HEAD':
      return {
        action: 'HeadBucket',
        answer: () => {
          buckets.get(name);
          return { headers: { 'x-amz-bucket-region': context.region } };
        },
      };
    case 'DELETE':
      return {
        action: 'DeleteBucket',
        answer: () => {
          buckets.remove(name);
          return { status: 204 };
        },
      };
    default:
      return { action: 'ListObjectsV2', answer: () => listObjects(buckets.get(name), query) };
  }
}

function settingOperation(name: string, setting: string, request: ServiceRequest, buckets: Buckets): Operation {
  const what = SETTINGS[setting]?.action ?? setting;
  switch (request.method) {
    case 'PUT':
      return {
        action: `Put${what}`,
        answer: () => {
          buckets.get(name).settings.set(setting, request.body);
          return { status: setting === 'policy' ? 204 : 200 };
        },
      };
    case 'DELETE':
      return {
        action: `Delete${what}`,
        answer: () => {
          buckets.get(name).settings.delete(setting);
          return { status: 204 };
        },
      };
    default:
      return { action: `Get${what}`, answer: () => ({ body: readSetting(buckets.get(name).settings, setting) }) };
  }
}

function objectOperation(bucket: string, key: string, request: ServiceRequest, buckets: Buckets): Operation {
  const { method, query } = request;
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([header]) => KEPT.test(header)));
  const uploadId = query['uploadId'];
  if (method === 'POST' && query['uploads'] !== undefined) {
    const named = `<Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key>`;
    const answer = (): Answer => ({
      body: `<InitiateMultipartUploadResult ${NAMESPACE}>${named}<UploadId>${buckets.beginUpload(bucket, key, headers)}</UploadId></InitiateMultipartUploadResult>`,
    });
    return { action: 'CreateMultipartUpload', answer };
  }
  if (uploadId !== undefined) return uploadOperation(bucket, uploadId, request, buckets);
  switch (method) {
    case 'PUT':
      return {
        action: 'PutObject',
        answer: () => ({ headers: { etag: buckets.put(bucket, key, uploadedBytes(request), headers).etag } }),
      };
    case 'DELETE':
      return {
        action: 'DeleteObject',
        answer: () => {
          buckets.get(bucket).objects.delete(key);
          return { status: 204 };
        },
      };
    case 'HEAD':
      return { action: 'HeadObject', answer: () => ({ headers: describe(buckets.object(bucket, key)) }) };
    case 'GET':
      return {
        action: 'GetObject',
        answer: () => {
          const object = buckets.object(bucket, key);
          return { headers: describe(object), bytes: object.bytes };
        },
      };
    default:
      return unknown(request);
  }
}

function uploadOperation(bucket: string, id: string, request: ServiceRequest, buckets: Buckets): Operation {
  switch (request.method) {
    case 'PUT':
      return {
        action: 'UploadPart',
        answer: () => {
          const number = Number(request.query['partNumber']);
          buckets.upload(bucket, id).parts.set(number, uploadedBytes(request));
          return { headers: { etag: `"part-${number}"` } };
        },
      };
    case 'POST':
      return {
        action: 'CompleteMultipartUpload',
        answer: () => {
          const { key } = buckets.upload(bucket, id);
          const { etag } = buckets.completeUpload(bucket, id);
          const inner = `<Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key><ETag>${escapeXml(etag)}</ETag>`;
          return {
            body: `<CompleteMultipartUploadResult ${NAMESPACE}>${inner}</CompleteMultipartUploadResult>`,
          };
        },
      };
    case 'DELETE':
      return {
        action: 'AbortMultipartUpload',
        answer: () => {
          buckets.upload(bucket, id);
          buckets.get(bucket).uploads.delete(id);
          return { status: 204 };
        },
      };
    default:
      return unknown(request);
  }
}

function unknown({ method, path }: ServiceRequest): Operation {
  const action = `${method} ${path}`;
  return {
    action,
    answer: () => {
      throw new ServiceError('NotImplemented', `the lab's s3 has no operation for ${action}`, 501);
    },
  };
}

function describe(object: StoredObject): Record<string, string> {
  return {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    etag: object.etag,
    'last-modified': new Date(object.modifiedAt).toUTCString(),
  };
}
