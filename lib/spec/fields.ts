import * as z from 'zod';
import { AMI_NAMES } from './ami.ts';
import { INSTANCE_TYPE } from './instance-type.ts';
import { isReservedLabel } from './labels.ts';
import { type Amount, FLAVORS } from './spec.ts';

/**
 * What each field of `swarm.yaml` may hold. The text given to `allowed` is what an error says is allowed: a schema
 * that fails reports it and nothing else.
 */
const allowed = (text: string) => ({ error: text });

export const NAME = /^[a-z][a-z0-9-]{0,29}$/;
export const NAME_ALLOWED = 'a lower-case letter, then up to 29 lower-case letters, digits and hyphens';

const whole = (min: number, max: number, unit = '') => {
  const text = allowed(`a whole number from ${min} to ${max}${unit}`);
  return z.number(text).int(text).min(min, text).max(max, text);
};
const oneOf = <const T extends readonly string[]>(names: T) => z.enum(names, allowed(`one of ${names.join(', ')}`));
const text = (pattern: RegExp, what: string) => z.string(allowed(what)).regex(pattern, allowed(what));
const record = (what: string) => z.record(z.string(), z.unknown(), allowed(what));

export const CLUSTER_FIELDS = {
  cluster: text(NAME, NAME_ALLOWED),
  network: record('a network: `cidr`, `zones`, `subnetMask`'),
  groups: record('groups by name').refine((groups) => Object.keys(groups).length <= 20, allowed('at most 20 groups')),
};

export const NETWORK_FIELDS = {
  cidr: text(/^[\d.]+\/\d+$/, 'an IPv4 block of /16 to /28, e.g. 10.42.0.0/16'),
  zones: whole(1, 3, ' availability zones'),
  subnetMask: whole(16, 28),
};

export const GROUP_FIELDS = {
  flavor: oneOf(FLAVORS),
  allocation: record('`{ logicalIds: [addresses] }` or `{ size: number }`'),
  instanceType: text(INSTANCE_TYPE, 'an EC2 instance type, e.g. t4g.small'),
  ami: z.union(
    [z.enum(AMI_NAMES), z.record(z.string(), z.unknown())],
    allowed(`one of ${AMI_NAMES.join(', ')}, or \`{ parameter: /path, docker: … }\`, or \`{ id: ami-…, docker: … }\``),
  ),
  volume: record('`{ sizeGiB: number, type: gp3 }`'),
  labels: record('labels: text by name'),
  initCommands: z.array(z.unknown(), allowed('a list of shell commands')).max(64, allowed('at most 64 commands')),
  update: record('`{ maxUnavailable, maxSurge, healthySeconds, timeout, onFailure }`'),
};

export const ALLOCATION_FIELDS = {
  logicalIds: z.array(z.unknown(), allowed('a list of IPv4 addresses')),
  size: whole(0, 1000),
};

export const AMI_FIELDS = {
  // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
  parameter: text(
    /^\/[A-Za-z0-9_.\-/]{1,1000}$/,
    'the full name of an SSM parameter that holds an AMI id, e.g. /golden/ami',
  ),
  id: text(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'an AMI id: ami- and 8 or 17 hexadecimal digits'),
  docker: oneOf(['preinstalled', 'install']),
};

export const VOLUME_FIELDS = {
  sizeGiB: whole(1, 16384, ' (GiB)'),
  type: oneOf(['gp3', 'gp2', 'io1', 'io2']),
};

const AMOUNT_ALLOWED = allowed('a whole number of machines from 0 to 1000, or a share of the group from 0% to 100%');
const AMOUNT = z
  .union(
    [
      z.number().int(AMOUNT_ALLOWED).min(0, AMOUNT_ALLOWED).max(1000, AMOUNT_ALLOWED),
      z.string().regex(/^(100|[1-9]?\d)%$/, AMOUNT_ALLOWED),
    ],
    AMOUNT_ALLOWED,
  )
  .transform((amount): Amount => {
    if (typeof amount === 'number') return { kind: 'count', count: amount };
    return { kind: 'percent', percent: Number.parseInt(amount, 10) };
  });

export const UPDATE_FIELDS = {
  maxUnavailable: AMOUNT,
  maxSurge: AMOUNT,
  healthySeconds: whole(0, 3600, ' (seconds)'),
  timeout: whole(60, 86400, ' (seconds)'),
  onFailure: oneOf(['pause', 'rollback']),
};

export const LOGICAL_ID = z.string(allowed('an IPv4 address')).min(1, allowed('an IPv4 address'));

export const LABEL_KEY = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]{1,127}$/,
    allowed(
      'a name that placement constraints can ask for: a letter or underscore, then 1 to 127 letters, digits, `.`, `_`, `-`',
    ),
  )
  .refine(
    (key) => !isReservedLabel(key),
    allowed('a name outside of com.docker., io.docker., org.dockerproject. and everswarm.'),
  );

export const LABEL_VALUE = z
  .string(allowed('text; put numbers, true and false in quotes'))
  .regex(/^[^\p{Cc}]{0,256}$/u, allowed('at most 256 characters on one line'));

export const INIT_COMMAND = z
  .string(allowed('a shell command'))
  .regex(/^(?=[\s\S]*\S)[^\0]{1,4096}$/u, allowed('a shell command of 1 to 4096 characters'));
