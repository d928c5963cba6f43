/**
 * A lab that boots a machine with a volume and then waits to be killed: for the test of what is taken away afterwards.
 * Usage: `node crashing-lab.ts <name> <directory> <cache directory>`; prints `ready`.
 */
import { join } from 'node:path';
import { createRealFleet } from '../../../lab/machines/real/fleet.ts';

const [name = '', directory = '', cacheDirectory = ''] = process.argv.slice(2);
const fleet = createRealFleet({
  name,
  stateDirectory: directory,
  cacheDirectory,
  gatewaySocket: join(directory, 'gateway.sock'),
});
await fleet.prepare(() => undefined);
await fleet.boot({
  instanceId: 'i-0c',
  privateIp: '10.42.0.12',
  macAddress: '02:00:00:00:00:0c',
  vpcCidr: '10.42.0.0/16',
});
await fleet.createVolume('vol-0c', 1);
await fleet.attach('i-0c', 'vol-0c');
const device = '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0c';
const made = await fleet.exec('i-0c', ['sh', '-c', `mkfs.ext4 -q ${device} && mount ${device} /mnt && echo x >/mnt/x`]);
process.stdout.write(made.code === 0 ? 'ready\n' : `failed: ${made.stderr}\n`);
setInterval(() => undefined, 60_000);
