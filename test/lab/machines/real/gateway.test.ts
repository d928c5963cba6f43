import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Gateway } from '../../../../lab/machines/real/gateway.ts';
import { destroyLeftovers } from '../../../../lab/machines/real/leftovers.ts';
import { vpcNamespace } from '../../../../lab/machines/real/names.ts';
import { createVpc } from '../../../../lab/machines/real/network.ts';
import { processesIn, signal } from '../../../../lab/machines/real/processes.ts';
import { until } from '../../../../lab/machines/real/wait.ts';
import { canRunRealMachines } from '../../../../lab/state.ts';

describe('the link-local proxy', { skip: !canRunRealMachines() && 'needs Linux and root' }, () => {
  const name = `gateway-${process.pid}`;
  let directory = '';
  let gateway: Gateway;
  const warnings: string[] = [];
  const warned = ({ message }: Error): void => {
    warnings.push(message);
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'everswarm-gateway-'));
    await createVpc(name);
    gateway = new Gateway(name, join(directory, 'gateway.sock'));
    await gateway.start();
    warnings.length = 0;
    process.on('warning', warned);
  });

  afterEach(async () => {
    process.off('warning', warned);
    await gateway.stop();
    await destroyLeftovers(name, directory);
    await rm(directory, { recursive: true, force: true });
  });

  it('is started again when it dies', async () => {
    const [first = 0] = await processesIn(vpcNamespace(name));
    signal(first, 'SIGKILL');
    await until('another proxy runs', 5_000, async () => {
      const [pid] = await processesIn(vpcNamespace(name));
      return pid !== undefined && pid !== first;
    });
    assert.deepEqual(warnings, []);
  });

  it('is let go when the VPC is taken away beneath it', async () => {
    await destroyLeftovers(name, directory);
    await sleep(700);
    assert.deepEqual(warnings, []);
  });
});
