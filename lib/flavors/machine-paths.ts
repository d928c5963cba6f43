/** Where the scripts find and leave things on a machine. Tests render the scripts with paths of their own. */
export interface MachinePaths {
  /** Boot state, fence and lock; on a tmpfs, so gone with the boot they belong to. */
  readonly run: string;
  /** What must be remembered across boots: which init commands were run. */
  readonly state: string;
  /** The engine's data; for pets the state volume is mounted here. */
  readonly docker: string;
  readonly dockerSocket: string;
  readonly daemonJson: string;
  readonly hostname: string;
  /** The boot script itself, for the next boot. */
  readonly program: string;
  readonly units: string;
  /** Names of disks, by the ids of their volumes. */
  readonly devices: string;
}

export const MACHINE_PATHS: MachinePaths = {
  run: '/run/everswarm',
  state: '/var/lib/everswarm',
  docker: '/var/lib/docker',
  dockerSocket: '/run/docker.sock',
  daemonJson: '/etc/docker/daemon.json',
  hostname: '/etc/hostname',
  program: '/usr/local/lib/everswarm/boot',
  units: '/etc/systemd/system',
  devices: '/dev/disk/by-id',
};
