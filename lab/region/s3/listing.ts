import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { ServiceError } from '../protocol/service-error.ts';
import type { ServiceResponse } from '../service.ts';
import { escapeXml } from '../wire/xml.ts';
import type { Bucket } from './buckets.ts';

type Answer = Pick<ServiceResponse, 'body'>;

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

export function listBuckets(buckets: readonly Bucket[]): Answer {
  const items = buckets.map(
    ({ name, createdAt }) =>
      `<Bucket><Name>${name}</Name><CreationDate>${new Date(createdAt).toISOString()}</CreationDate></Bucket>`,
  );
  return { body: `<ListAllMyBucketsResult ${NAMESPACE}><Buckets>${items.join('')}</Buckets></ListAllMyBucketsResult>` };
}

/** Pages by the key after which the next one starts. */
export function listObjects({ name, objects }: Bucket, query: Readonly<Record<string, string>>): Answer {
  const { prefix = '', 'continuation-token': after = query['start-after'] ?? '' } = query;
  const most = Number(query['max-keys'] ?? 1000);
  const matching = [...objects]
    .filter(([key]) => key.startsWith(prefix) && key > after)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const page = matching.slice(0, most);
  const more = page.length < matching.length;
  const items = page.map(
    ([key, { bytes, etag, modifiedAt }]) =>
      `<Contents><Key>${escapeXml(key)}</Key><LastModified>${new Date(modifiedAt).toISOString()}</LastModified><ETag>${escapeXml(etag)}</ETag><Size>${bytes.byteLength}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const next = more ? `<NextContinuationToken>${escapeXml(page.at(-1)?.[0] ?? '')}</NextContinuationToken>` : '';
  const head = `<Name>${name}</Name><Prefix>${escapeXml(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${more}</IsTruncated>`;
  return { body: `<ListBucketResult ${NAMESPACE}>${head}${next}${items.join('')}</ListBucketResult>` };
}

const DeleteRequest = z.object({
  Delete: z.object({ Object: z.array(z.object({ Key: z.coerce.string() })) }),
});

export function deleteObjects({ objects }: Bucket, body: string): Answer {
  const parser = new XMLParser({ isArray: (name) => name === 'Object', parseTagValue: false });
  const parsed = DeleteRequest.safeParse(parser.parse(body));
  if (!parsed.success) throw new ServiceError('MalformedXML', z.prettifyError(parsed.error));
  const keys = parsed.data.Delete.Object.map(({ Key }) => Key);
  for (const key of keys) objects.delete(key);
  const items = keys.map((key) => `<Deleted><Key>${escapeXml(key)}</Key></Deleted>`);
  return { body: `<DeleteResult ${NAMESPACE}>${items.join('')}</DeleteResult>` };
}
