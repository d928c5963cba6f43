import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { type Ec2Actions, LISTING } from './action.ts';
import { Collection } from './collection.ts';
import { describe, type Listing } from './listing.ts';
import type { Image } from './model.ts';
import { tagSet } from './tags.ts';
import type { Ec2World } from './world.ts';

const AMAZON = { ownerId: '137112412989', ownerAlias: 'amazon' };
const ECS = { ownerId: '591542846629', ownerAlias: 'amazon' };
const DEBIAN = { ownerId: '136693071363', ownerAlias: undefined };

type Row = readonly [
  id: string,
  architecture: Image['architecture'],
  rootSize: number,
  name: string,
  owner: Pick<Image, 'ownerId' | 'ownerAlias'>,
  parameter: string,
];

/**
 * The images that the lab knows, each named by its public parameter. All boot the lab's one machine image.
 * Root device names and owners: AWS's and Debian's own images have `/dev/xvda`
 * (docs.aws.amazon.com/linux/al2023/ug/ec2.html, wiki.debian.org/Cloud/AmazonEC2Image).
 */
const ROWS: readonly Row[] = [
  [
    'ami-0a120230000000861',
    'x86_64',
    8,
    'al2023-ami-2023.9-kernel-default-x86_64',
    AMAZON,
    '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
  ],
  [
    'ami-0a120230000000641',
    'arm64',
    8,
    'al2023-ami-2023.9-kernel-default-arm64',
    AMAZON,
    '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
  ],
  [
    'ami-0ec52023000000861',
    'x86_64',
    30,
    'al2023-ami-ecs-hvm-2023-kernel-x86_64',
    ECS,
    '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
  ],
  [
    'ami-0ec52023000000641',
    'arm64',
    30,
    'al2023-ami-ecs-hvm-2023-kernel-arm64',
    ECS,
    '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id',
  ],
  ['ami-0deb1200000000861', 'x86_64', 8, 'debian-12-amd64', DEBIAN, '/aws/service/debian/release/12/latest/amd64'],
  ['ami-0deb1200000000641', 'arm64', 8, 'debian-12-arm64', DEBIAN, '/aws/service/debian/release/12/latest/arm64'],
];

export function images(): Collection<Image> {
  const collection = new Collection<Image>();
  for (const [id, architecture, rootSize, name, owner, parameter] of ROWS) {
    collection.add({
      id,
      tags: new Map(),
      name,
      description: name,
      architecture,
      rootDevice: '/dev/xvda',
      rootSize,
      ...owner,
      createdAt: '2026-01-01T00:00:00.000Z',
      parameter,
    });
  }
  return collection;
}

function listing(world: Ec2World): Listing<Image> {
  return {
    idParameter: 'ImageId',
    set: 'imagesSet',
    kind: 'image id',
    notFound: 'InvalidAMIID.NotFound',
    items: world.images,
    fields: {
      'image-id': (image) => image.id,
      name: (image) => image.name,
      description: (image) => image.description,
      architecture: (image) => image.architecture,
      'owner-id': (image) => image.ownerId,
      'owner-alias': (image) => image.ownerAlias,
      'root-device-name': (image) => image.rootDevice,
      'root-device-type': () => 'ebs',
      'virtualization-type': () => 'hvm',
      'is-public': () => 'true',
      state: () => 'available',
    },
    render: (image) => ({
      imageId: image.id,
      imageLocation: `${image.ownerId}/${image.name}`,
      imageState: 'available',
      imageOwnerId: image.ownerId,
      imageOwnerAlias: image.ownerAlias,
      isPublic: true,
      architecture: image.architecture,
      imageType: 'machine',
      name: image.name,
      description: image.description,
      creationDate: image.createdAt,
      platformDetails: 'Linux/UNIX',
      rootDeviceType: 'ebs',
      rootDeviceName: image.rootDevice,
      virtualizationType: 'hvm',
      hypervisor: 'xen',
      enaSupport: true,
      publicSsmParameterName: image.parameter,
      blockDeviceMapping: [
        {
          deviceName: image.rootDevice,
          ebs: { volumeSize: image.rootSize, volumeType: 'gp3', deleteOnTermination: true, encrypted: false },
        },
      ],
      tagSet: tagSet(image.tags),
    }),
  };
}

/** `Owner` is `amazon`, `self` or an account id. */
function describeImages(params: Params, world: Ec2World): XmlElement {
  const owners = params.texts('Owner').map((owner) => (owner === 'self' ? world.context.account : owner));
  return describe(params, {
    ...listing(world),
    shown: ({ ownerId, ownerAlias }) =>
      owners.length === 0 || owners.includes(ownerId) || (ownerAlias !== undefined && owners.includes(ownerAlias)),
  });
}

export const imageActions: Ec2Actions = {
  DescribeImages: { takes: ['ImageId', 'Owner', ...LISTING], run: describeImages },
};
