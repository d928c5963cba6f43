import * as z from 'zod';
import type {
  Genesis,
  LaunchRecord,
  MachineOrder,
  Pause,
  Recovery,
  RolloutRecord,
  Rotation,
  Suspicion,
} from '../plan/records.ts';
import { SpecError } from '../spec/error.ts';
import { reviveSpec, serializeSpec } from '../spec/json.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import { GarbledItemError } from './errors.ts';
import { type ClusterStatus, EVENT_KINDS, type EventRecord } from './store.ts';

/** An item as the document client gives it. */
export type Item = Readonly<Record<string, unknown>>;
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

const count = z.number().int().nonnegative();
const time = z.number().nonnegative();
/** DynamoDB has no `undefined`: such an attribute is kept as null, and read back as `undefined`, also when it is absent. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

const LEASE = z.object({
  owner: maybe(z.string()),
  fence: count.default(0),
  leaseUntil: maybe(time),
  wanted: count.default(0),
  done: count.default(0),
});
export type LeaseItem = z.output<typeof LEASE>;

const COMMITTED = z.object({
  version: z.number().int().positive(),
  spec: z.string(),
  deployment: z.object({
    launchTemplates: z.record(z.string(), z.object({ id: z.string(), version: z.string() })),
    subnets: z.array(z.object({ id: z.string(), zone: z.string(), cidr: z.string() })),
    volumeKeyArn: maybe(z.string()),
    tokenRotationHours: maybe(count),
    adoptedVolumes: maybe(z.record(z.string(), z.string())),
  }),
  images: z.record(z.string(), z.object({ imageId: z.string(), rootDeviceName: z.string() })),
  committedAt: time,
  committedBy: z.string(),
});

const LAUNCH = z.object({
  slot: z.string(),
  group: z.string(),
  generation: z.number().int().positive(),
  count,
  request: z.object({
    clientToken: z.string(),
    launchTemplate: z.object({ id: z.string(), version: z.string() }),
    imageId: z.string(),
    instanceType: z.string(),
    userData: z.string(),
    count,
    placement: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('interface'), interfaceId: z.string(), volumeId: maybe(z.string()) }),
      z.object({ kind: z.literal('subnet'), subnetId: z.string() }),
    ]),
    rootVolume: maybe(
      z.object({ deviceName: z.string(), sizeGiB: maybe(z.number()), type: z.string(), keyArn: z.string().optional() }),
    ),
    tags: z.record(z.string(), z.string()),
  }),
  state: z.enum(['intended', 'launched', 'failed']),
  instanceIds: z.array(z.string()),
  intendedAt: time,
  launchedAt: maybe(time),
  confirmedAt: maybe(time),
  failures: count,
  lastError: maybe(z.string()),
  earlier: z.array(z.object({ instanceIds: z.array(z.string()), launchedAt: time })).default([]),
});

const GENESIS = z.object({
  seed: z.string(),
  claimedAt: time,
  clusterId: maybe(z.string()),
  begunOn: maybe(z.string()),
});
const MODE = z.object({ mode: z.enum(['active', 'removing']) });
const SUSPICION = z.object({
  instanceId: z.string(),
  symptom: z.string(),
  since: time,
  restartedAt: maybe(time),
  applied: z.object({ hash: z.string(), at: time }).optional(),
});

const ROLLOUT = z.object({
  group: z.string(),
  good: maybe(z.object({ version: z.number().int().positive(), hash: z.string() })),
  halt: maybe(z.object({ hash: z.string(), by: z.string(), reason: z.string(), at: time })),
  resumedAt: maybe(time),
  decisions: count.default(0),
});
const RECOVERY = z.object({ survivor: z.string(), clusterId: z.string(), by: z.string(), requestedAt: time });

const ROTATION = z.object({ at: time, generations: z.record(z.string(), count) });

/** Null: it was paused once, and was resumed. */
const PAUSE = z.object({ pause: maybe(z.object({ by: z.string(), reason: z.string(), at: time })) });

/** Null: it was withdrawn. */
const ORDER = z.object({
  order: maybe(
    z.object({
      instanceId: z.string(),
      what: z.enum(['replace', 'drain']),
      by: z.string(),
      reason: z.string(),
      at: time,
    }),
  ),
});

const STATUS = z.object({
  whole: z.boolean(),
  at: time,
  notWholeSince: maybe(time),
  fence: count,
  specVersion: count,
  held: z.array(z.object({ rule: z.string(), subject: z.string(), reason: z.string() })),
  waiting: z.array(z.object({ what: z.string(), subject: z.string() })),
});

const EVENT = z.object({
  at: time,
  kind: z.enum(EVENT_KINDS),
  name: z.string(),
  subject: z.string(),
  reason: z.string(),
  fence: maybe(count),
  correlationId: maybe(z.string()),
});

/** Every reader throws GarbledItemError, which names the item's key. */
export const readLease = (key: ItemKey, item: Item): LeaseItem => read(LEASE, key, item);
export const readLaunch = (key: ItemKey, item: Item): LaunchRecord => read(LAUNCH, key, item);
export const readGenesis = (key: ItemKey, item: Item): Genesis => read(GENESIS, key, item);
export const readMode = (key: ItemKey, item: Item) => read(MODE, key, item).mode;
export const readSuspicion = (key: ItemKey, item: Item): Suspicion => read(SUSPICION, key, item);
export const readRecovery = (key: ItemKey, item: Item): Recovery => read(RECOVERY, key, item);
export const readRotation = (key: ItemKey, item: Item): Rotation => read(ROTATION, key, item);
export const readPause = (key: ItemKey, item: Item): Pause | undefined => read(PAUSE, key, item).pause;
export const readOrder = (key: ItemKey, item: Item): MachineOrder | undefined => read(ORDER, key, item).order;
export const readStatus = (key: ItemKey, item: Item): ClusterStatus => read(STATUS, key, item);
export const readEvent = (key: ItemKey, item: Item): EventRecord => read(EVENT, key, item);

/** @returns also how many decisions of people the item holds */
export function readRollout(key: ItemKey, item: Item): { readonly record: RolloutRecord; readonly decisions: number } {
  const { decisions, ...record } = read(ROLLOUT, key, item);
  return { record, decisions };
}

export function readCommitted(key: ItemKey, item: Item): CommittedSpec {
  const { spec, ...rest } = read(COMMITTED, key, item);
  try {
    return { ...rest, spec: reviveSpec(spec, `${key.pk} / ${key.sk}`) };
  } catch (error) {
    if (error instanceof SpecError) throw new GarbledItemError(key, error.message);
    throw error;
  }
}

/** The spec is kept as JSON text: one attribute to look at, and no depth or number that DynamoDB could change. */
export function writeCommitted(committed: CommittedSpec): Item {
  return storable({ ...committed, spec: serializeSpec(committed.spec) });
}

/** Plain data, with null for what is `undefined`: the document client refuses that. */
export function storable(value: object): Item {
  const copy: Item = JSON.parse(JSON.stringify(value, (_, part: unknown) => (part === undefined ? null : part)));
  return copy;
}

function read<T extends z.ZodType>(schema: T, key: ItemKey, item: Item): z.output<T> {
  const result = z.safeParse(schema, item);
  if (result.success) return result.data;
  const found = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new GarbledItemError(key, found);
}
