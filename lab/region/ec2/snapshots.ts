import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, type Ec2Actions, existing, LISTING, timestamp } from './action.ts';
import { describe, type Listing } from './listing.ts';
import type { Snapshot } from './model.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import { findVolume } from './volume-attachment.ts';
import type { Ec2World } from './world.ts';

/*
 * Snapshots are records only: the lab's machines can't copy a disk, so a volume from a snapshot is refused by
 * CreateVolume (which does not know the parameter) rather than made blank.
 */

function create(params: Params, world: Ec2World): XmlElement {
  const volume = findVolume(world, params.required('VolumeId'));
  if (volume.state !== 'available' && volume.state !== 'in-use') {
    throw new ServiceError(
      'IncorrectState',
      `Volume ${volume.id} is '${volume.state}'; a snapshot needs 'available' or 'in-use'.`,
    );
  }
  const snapshot = world.snapshots.add({
    id: resourceId(world.context.random, 'snap'),
    tags: tagsAtCreation(params, 'snapshot'),
    volumeId: volume.id,
    size: volume.size,
    encrypted: volume.encrypted,
    description: params.text('Description') ?? '',
    startedAt: world.context.clock.now(),
  });
  return renderSnapshot(world, snapshot);
}

function remove(params: Params, world: Ec2World): XmlElement {
  const id = params.required('SnapshotId');
  existing(world.snapshots.get(id), 'InvalidSnapshot.NotFound', 'snapshot', id);
  world.snapshots.delete(id);
  return DONE;
}

function renderSnapshot(world: Ec2World, snapshot: Snapshot): XmlElement {
  return {
    snapshotId: snapshot.id,
    volumeId: snapshot.volumeId,
    volumeSize: snapshot.size,
    status: 'completed',
    progress: '100%',
    startTime: timestamp(snapshot.startedAt),
    completionTime: timestamp(snapshot.startedAt),
    ownerId: world.context.account,
    description: snapshot.description,
    encrypted: snapshot.encrypted,
    storageTier: 'standard',
    tagSet: tagSet(snapshot.tags),
  };
}

function listing(world: Ec2World): Listing<Snapshot> {
  return {
    idParameter: 'SnapshotId',
    set: 'snapshotSet',
    kind: 'snapshot',
    notFound: 'InvalidSnapshot.NotFound',
    items: world.snapshots,
    fields: {
      'snapshot-id': (snapshot) => snapshot.id,
      'volume-id': (snapshot) => snapshot.volumeId,
      'volume-size': (snapshot) => String(snapshot.size),
      status: () => 'completed',
      'owner-id': () => world.context.account,
      description: (snapshot) => snapshot.description,
    },
    render: (snapshot) => renderSnapshot(world, snapshot),
  };
}

/** The lab has its own snapshots only: of other owners there are none. */
function describeSnapshots(params: Params, world: Ec2World): XmlElement {
  const owners = params.texts('Owner');
  const ours = owners.length === 0 || owners.includes('self') || owners.includes(world.context.account);
  return describe(params, { ...listing(world), shown: () => ours });
}

export const snapshotActions: Ec2Actions = {
  CreateSnapshot: { takes: ['VolumeId', 'Description', 'TagSpecification'], run: create },
  DescribeSnapshots: { takes: ['SnapshotId', 'Owner', ...LISTING], run: describeSnapshots },
  DeleteSnapshot: { takes: ['SnapshotId'], run: remove },
};
