import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VolumeSeen } from '../../../lib/observe/observation.ts';
import { attachmentOf } from '../../../lib/plan/attachment.ts';
import { MANAGER_IPS, planInput, wholeCluster } from '../../support/cluster.ts';

const ADDRESS = MANAGER_IPS[0];

/** What the address has with these disks in place of its own: the disk's id, or why none can be used. */
function diskOf(...disks: readonly Partial<VolumeSeen>[]): string | undefined {
  const cluster = wholeCluster();
  const [own] = cluster.volumes.filter(({ logicalId }) => logicalId === ADDRESS);
  assert.ok(own);
  const others = cluster.volumes.filter(({ logicalId }) => logicalId !== ADDRESS);
  cluster.volumes = [...others, ...disks.map((disk) => ({ ...own, ...disk }))];
  const attachment = attachmentOf(planInput(cluster), ADDRESS);
  return typeof attachment === 'string' ? attachment : attachment.volume?.id;
}

describe('the disk of a logical ID', () => {
  it('is the one that is not marked', () => {
    assert.equal(diskOf({ id: 'vol-1', mark: 'retired', createdAt: 9 }, { id: 'vol-2', createdAt: 1 }), 'vol-2');
  });

  it('is the newest of those that were kept when it was taken out', () => {
    const former = { id: 'vol-1', mark: 'retired', createdAt: 1 } as const;
    assert.equal(diskOf(former, { id: 'vol-2', mark: 'retired', createdAt: 2 }), 'vol-2');
    assert.equal(diskOf({ id: 'vol-2', mark: 'retired', createdAt: 2 }, former), 'vol-2');
  });

  it('is none that holds state from before a recovery', () => {
    assert.equal(diskOf({ id: 'vol-1', mark: 'stale', createdAt: 1 }), undefined);
  });

  it('is not guessed where two are as good as each other', () => {
    assert.match(String(diskOf({ id: 'vol-1' }, { id: 'vol-2', createdAt: 7 })), /several volumes.*vol-1, vol-2/);
    const kept = { mark: 'retired', createdAt: 1 } as const;
    assert.match(String(diskOf({ ...kept, id: 'vol-1' }, { ...kept, id: 'vol-2' })), /several volumes/);
    const undated = { mark: 'retired', createdAt: undefined } as const;
    assert.match(String(diskOf({ ...undated, id: 'vol-1' }, { ...undated, id: 'vol-2' })), /several volumes/);
  });
});
