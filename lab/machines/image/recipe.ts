/** What a lab machine is made of. Everything here enters the cache key, so a change builds anew. */

export const SUITE = 'bookworm';

/** Debian packages on top of the minimal base system. */
export const PACKAGES: readonly string[] = [
  'awscli',
  'busybox-static',
  'ca-certificates',
  'cloud-init',
  'curl',
  'dbus',
  'docker.io',
  'e2fsprogs',
  'iproute2',
  'iptables',
  'iputils-ping',
  'openssl',
  'procps',
  'python3',
  'systemd',
  'systemd-sysv',
  'udev',
];

/** Left out of every package: nobody reads manuals in a machine that lives for minutes. */
export const EXCLUDED_PATHS: readonly string[] = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'];

/** Units enabled beyond what the packages enable, with the unit that wants them. */
export const ENABLED_UNITS: readonly { readonly unit: string; readonly wantedBy: string }[] = [
  { unit: 'everswarm-lab-agent.service', wantedBy: 'sysinit.target' },
  { unit: 'everswarm-lab-busybox.service', wantedBy: 'docker.service' },
  // Instead of cloud-init's generator, which looks for signs of a datasource: here it is always Ec2.
  { unit: 'cloud-init.target', wantedBy: 'multi-user.target' },
];

/** Units without use in a machine whose network, devices and kernel settings are made from outside. */
export const MASKED_UNITS: readonly string[] = [
  // Hardware, kernel and consoles belong to the host.
  'console-getty.service',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'getty.target',
  'kmod-static-nodes.service',
  'proc-sys-fs-binfmt_misc.automount',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'systemd-binfmt.service',
  'systemd-modules-load.service',
  'systemd-pstore.service',
  'systemd-random-seed.service',
  'systemd-repart.service',
  'systemd-sysctl.service',
  'systemd-udev-trigger.service',
  'systemd-udevd-control.socket',
  'systemd-udevd-kernel.socket',
  'systemd-udevd.service',
  // The root disk is the instance's own and new: nothing to check, grow, record or keep clean.
  'apt-daily-upgrade.timer',
  'apt-daily.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'systemd-firstboot.service',
  'systemd-journal-flush.service',
  'systemd-machine-id-commit.service',
  'systemd-remount-fs.service',
  'systemd-sysusers.service',
  'systemd-tmpfiles-clean.timer',
  'systemd-tmpfiles-setup-dev.service',
  'systemd-update-utmp-runlevel.service',
  'systemd-update-utmp.service',
  // Nobody logs in.
  'systemd-ask-password-console.path',
  'systemd-ask-password-wall.path',
  'systemd-logind.service',
  'systemd-user-sessions.service',
  // cloud-init's stages for what the lab does itself: network before the datasource, settings of the distribution.
  'cloud-config.service',
  'cloud-init-hotplugd.socket',
  'cloud-init-local.service',
];

/** Generators of the packages that are switched off, relative to `/etc/systemd`. */
export const MASKED_GENERATORS: readonly string[] = [
  'system-generators/cloud-init-generator',
  'system-generators/systemd-cryptsetup-generator',
  'system-generators/systemd-debug-generator',
  'system-generators/systemd-fstab-generator',
  'system-generators/systemd-getty-generator',
  'system-generators/systemd-gpt-auto-generator',
  'system-generators/systemd-hibernate-resume-generator',
  'system-generators/systemd-integritysetup-generator',
  'system-generators/systemd-rc-local-generator',
  'system-generators/systemd-run-generator',
  'system-generators/systemd-system-update-generator',
  'system-generators/systemd-sysv-generator',
  'system-generators/systemd-veritysetup-generator',
];
