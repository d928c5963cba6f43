import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServiceError } from '../../../../lab/region/protocol/service-error.ts';
import { createS3Service } from '../../../../lab/region/s3/service.ts';
import type { ServiceRequest, ServiceResponse } from '../../../../lab/region/service.ts';
import { testContext } from '../support/context.ts';

/** Requests as they come over the wire: the project has no S3 client of its own. */
function stage() {
  const context = testContext();
  const service = createS3Service(context);
  const ask = (method: string, address: string, more: Partial<ServiceRequest> = {}): Promise<ServiceResponse> => {
    const url = new URL(address, 'http://lab');
    const query = Object.fromEntries(url.searchParams);
    return service.handle({ method, path: url.pathname, query, headers: {}, body: '', ...more });
  };
  const codeOf = async (answer: Promise<ServiceResponse>): Promise<string> => {
    const error: unknown = await answer.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ServiceError, 'it should have been refused');
    return `${error.status} ${error.code}`;
  };
  return { context, ask, codeOf };
}

describe('S3', () => {
  test('gives back the very bytes, with their type and their own headers', async () => {
    const { ask, context } = stage();
    await ask('PUT', '/my-bucket');
    const bytes = Uint8Array.from([0, 255, 128, 13, 10, 0xc3, 0x28]);
    const headers = { 'content-type': 'application/zip', 'x-amz-meta-colour': 'red', 'user-agent': 'test' };
    const put = await ask('PUT', '/my-bucket/a%20folder/%C3%A4.zip', { bytes, body: '?', headers });
    const got = await ask('GET', '/my-bucket/a%20folder/%C3%A4.zip');
    assert.deepEqual(got.bytes, bytes);
    assert.equal(got.headers['etag'], put.headers['etag']);
    assert.deepEqual([got.headers['content-type'], got.headers['x-amz-meta-colour']], ['application/zip', 'red']);
    assert.equal(got.headers['user-agent'], undefined);
    assert.deepEqual(
      context.calls.map(({ action }) => action),
      ['CreateBucket', 'PutObject', 'GetObject'],
    );
  });

  test('takes uploads in chunks, and in parts of whatever order', async () => {
    const { ask } = stage();
    await ask('PUT', '/my-bucket');
    const chunked = Buffer.from(
      '5;chunk-signature=ab\r\nhello\r\n6\r\n there\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n',
    );
    const headers = { 'content-encoding': 'aws-chunked', 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
    await ask('PUT', '/my-bucket/chunks', { bytes: chunked, headers });
    assert.equal(Buffer.from((await ask('GET', '/my-bucket/chunks')).bytes ?? []).toString(), 'hello there');
    const begun = await ask('POST', '/my-bucket/parts?uploads=');
    const id = /<UploadId>(\w+)</.exec(begun.body)?.[1];
    await ask('PUT', `/my-bucket/parts?partNumber=10&uploadId=${id}`, { bytes: Buffer.from('end') });
    await ask('PUT', `/my-bucket/parts?partNumber=2&uploadId=${id}`, { bytes: Buffer.from('begin') });
    await ask('POST', `/my-bucket/parts?uploadId=${id}`);
    assert.equal(Buffer.from((await ask('GET', '/my-bucket/parts')).bytes ?? []).toString(), 'beginend');
  });

  test('lists by prefix, in pages', async () => {
    const { ask } = stage();
    await ask('PUT', '/my-bucket');
    for (const key of ['b/2', 'a', 'b/1', 'b/3']) await ask('PUT', `/my-bucket/${key}`, { bytes: Buffer.from(key) });
    const first = (await ask('GET', '/my-bucket?list-type=2&prefix=b/&max-keys=2')).body;
    assert.deepEqual(
      [...first.matchAll(/<Key>([^<]+)/g)].map(([, key]) => key),
      ['b/1', 'b/2'],
    );
    const token = /<NextContinuationToken>([^<]+)/.exec(first)?.[1] ?? '';
    const query = `list-type=2&prefix=b/&max-keys=2&continuation-token=${encodeURIComponent(token)}`;
    const rest = (await ask('GET', `/my-bucket?${query}`)).body;
    assert.deepEqual(
      [...rest.matchAll(/<Key>([^<]+)/g)].map(([, key]) => key),
      ['b/3'],
    );
    assert.match(rest, /<IsTruncated>false</);
  });

  test('refuses as S3 does', async () => {
    const { ask, codeOf } = stage();
    assert.equal(await codeOf(ask('HEAD', '/nowhere')), '404 NoSuchBucket');
    assert.equal(await codeOf(ask('PUT', '/No_Bucket')), '400 InvalidBucketName');
    await ask('PUT', '/my-bucket');
    assert.equal(await codeOf(ask('PUT', '/my-bucket')), '409 BucketAlreadyOwnedByYou');
    assert.equal(await codeOf(ask('GET', '/my-bucket/none')), '404 NoSuchKey');
    assert.equal(await codeOf(ask('GET', '/my-bucket?policy=')), '404 NoSuchBucketPolicy');
    const headers = { 'x-amz-expected-bucket-owner': '999999999999' };
    assert.equal(await codeOf(ask('GET', '/my-bucket?location=', { headers })), '403 AccessDenied');
    await ask('PUT', '/my-bucket/one', { bytes: Buffer.from('1') });
    assert.equal(await codeOf(ask('DELETE', '/my-bucket')), '409 BucketNotEmpty');
    await ask('POST', '/my-bucket?delete=', { body: '<Delete><Object><Key>one</Key></Object></Delete>' });
    await ask('DELETE', '/my-bucket');
    assert.equal(await codeOf(ask('HEAD', '/my-bucket')), '404 NoSuchBucket');
  });
});
