import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { innerMounts, parseLayout } from '../../../../lab/machines/real/cgroups.ts';

const TMPFS = '24 20 0:20 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755';
const CPU = '30 24 0:25 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct';
const CPUSET = '31 24 0:26 / /sys/fs/cgroup/cpuset rw,nosuid shared:9 - cgroup cgroup rw,cpuset,clone_children';
const SYSTEMD = '32 24 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd';
const BESIDE = '33 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate';
const ALONE = '34 24 0:29 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot';

describe('cgroup layout', () => {
  it('is version 1 where the controllers are, with version 2 beside it', () => {
    const layout = parseLayout([TMPFS, CPU, CPUSET, SYSTEMD, BESIDE, ''].join('\n'));
    assert.deepEqual(layout, {
      version: 1,
      hierarchies: [
        { path: '/sys/fs/cgroup/cpu,cpuacct', options: 'cpu,cpuacct' },
        { path: '/sys/fs/cgroup/cpuset', options: 'cpuset' },
        { path: '/sys/fs/cgroup/systemd', options: 'name=systemd' },
      ],
      unified: '/sys/fs/cgroup/unified',
    });
    assert.equal(innerMounts(layout), 'cpu,cpuacct=cpu,cpuacct cpuset=cpuset systemd=name=systemd');
  });

  it('is version 2 where nothing else is mounted', () => {
    const layout = parseLayout(ALONE);
    assert.deepEqual(layout, { version: 2, path: '/sys/fs/cgroup' });
    assert.equal(innerMounts(layout), 'unified');
  });
});
