import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { Params, type QueryNode } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { type Ec2Actions, LISTING, timestamp } from './action.ts';
import { renderLaunchData } from './launch-data.ts';
import { LAUNCH_PARAMETERS, parseLaunch } from './launch-spec.ts';
import { describe, filtered, type Listing, page } from './listing.ts';
import type { Resource } from './model.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import type { Ec2World } from './world.ts';

export interface LaunchTemplate extends Resource {
  readonly name: string;
  readonly createdAt: number;
  defaultVersion: number;
  versions: readonly LaunchTemplateVersion[];
}

export interface LaunchTemplateVersion {
  readonly number: number;
  readonly description: string | undefined;
  readonly createdAt: number;
  /** As it came in the request. */
  readonly data: QueryNode;
}

/** By `LaunchTemplateId` or `LaunchTemplateName`, not both. */
export function findTemplate(params: Params, world: Ec2World): LaunchTemplate {
  const id = params.text('LaunchTemplateId');
  const name = params.text('LaunchTemplateName');
  if ((id === undefined) === (name === undefined)) {
    throw new ServiceError(
      'InvalidParameterCombination',
      'A launch template is given by its LaunchTemplateId or by its LaunchTemplateName.',
    );
  }
  if (id !== undefined) {
    const template = world.templates.get(id);
    if (template !== undefined) return template;
    throw new ServiceError(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id}, does not exist.`,
    );
  }
  const template = world.templates.find((candidate) => candidate.name === name);
  if (template !== undefined) return template;
  throw new ServiceError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

/** A number, `$Latest` or `$Default`. */
export function findVersion(template: LaunchTemplate, version = '$Default'): LaunchTemplateVersion {
  const number = version === '$Default' ? template.defaultVersion : Number(version);
  const found =
    version === '$Latest'
      ? template.versions.at(-1)
      : template.versions.find((candidate) => candidate.number === number);
  if (found !== undefined) return found;
  throw new ServiceError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
  );
}

/** Data is checked when it is stored, so that a bad template is refused here and not at each launch. */
function parseData(params: Params): QueryNode {
  const data = params.struct('LaunchTemplateData');
  if (data === undefined) throw new ServiceError('MissingParameter', 'The request must contain LaunchTemplateData');
  parseLaunch(data.allow(LAUNCH_PARAMETERS));
  return data.node;
}

function create(params: Params, world: Ec2World): XmlElement {
  const name = params.required('LaunchTemplateName');
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
    throw new ServiceError(
      'InvalidLaunchTemplateName.MalformedException',
      `'${name}': a launch template name has 3 to 128 letters, digits and ( ) . - / _`,
    );
  }
  if (world.templates.find((template) => template.name === name) !== undefined) {
    throw new ServiceError(
      'InvalidLaunchTemplateName.AlreadyExistsException',
      `Launch template name already in use: ${name}.`,
    );
  }
  const createdAt = world.context.clock.now();
  const template = world.templates.add({
    id: resourceId(world.context.random, 'lt'),
    tags: tagsAtCreation(params, 'launch-template'),
    name,
    createdAt,
    defaultVersion: 1,
    versions: [{ number: 1, description: params.text('VersionDescription'), createdAt, data: parseData(params) }],
  });
  return { launchTemplate: listing(world).render(template) };
}

function createVersion(params: Params, world: Ec2World): XmlElement {
  const template = findTemplate(params, world);
  const version: LaunchTemplateVersion = {
    number: (template.versions.at(-1)?.number ?? 0) + 1,
    description: params.text('VersionDescription'),
    createdAt: world.context.clock.now(),
    data: parseData(params),
  };
  template.versions = [...template.versions, version];
  return { launchTemplateVersion: renderVersion(world, template, version) };
}

function modify(params: Params, world: Ec2World): XmlElement {
  const template = findTemplate(params, world);
  template.defaultVersion = findVersion(template, params.required('SetDefaultVersion')).number;
  return { launchTemplate: listing(world).render(template) };
}

function remove(params: Params, world: Ec2World): XmlElement {
  const template = findTemplate(params, world);
  world.templates.delete(template.id);
  return { launchTemplate: listing(world).render(template) };
}

function listing(world: Ec2World): Listing<LaunchTemplate> {
  return {
    idParameter: 'LaunchTemplateId',
    set: 'launchTemplates',
    kind: 'launch template',
    notFound: 'InvalidLaunchTemplateId.NotFound',
    items: world.templates,
    fields: {
      'launch-template-name': (template) => template.name,
      'create-time': (template) => timestamp(template.createdAt),
    },
    render: (template) => ({
      launchTemplateId: template.id,
      launchTemplateName: template.name,
      createTime: timestamp(template.createdAt),
      createdBy: `arn:aws:iam::${world.context.account}:root`,
      defaultVersionNumber: template.defaultVersion,
      latestVersionNumber: template.versions.at(-1)?.number,
      tagSet: tagSet(template.tags),
    }),
  };
}

function renderVersion(world: Ec2World, template: LaunchTemplate, version: LaunchTemplateVersion): XmlElement {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: version.number,
    versionDescription: version.description,
    createTime: timestamp(version.createdAt),
    createdBy: `arn:aws:iam::${world.context.account}:root`,
    defaultVersion: version.number === template.defaultVersion,
    launchTemplateData: renderLaunchData(version.data),
  };
}

function describeTemplates(params: Params, world: Ec2World): XmlElement {
  const names = params.texts('LaunchTemplateName');
  for (const name of names) {
    const children = new Map([['LaunchTemplateName', { value: name, children: new Map() }]]);
    findTemplate(new Params({ value: undefined, children }), world);
  }
  return describe(params, {
    ...listing(world),
    shown: (template) => names.length === 0 || names.includes(template.name),
  });
}

function describeVersions(params: Params, world: Ec2World): XmlElement {
  const template = findTemplate(params, world);
  const wanted = params.texts('LaunchTemplateVersion').map((version) => findVersion(template, version).number);
  const candidates = template.versions
    .filter(({ number }) => wanted.length === 0 || wanted.includes(number))
    .map((version) => ({ ...version, id: `${template.id}:${version.number}`, tags: template.tags }));
  const found = filtered(params, candidates, {
    'is-default-version': ({ number }) => String(number === template.defaultVersion),
    'image-id': ({ data }) => data.children.get('ImageId')?.value,
    'instance-type': ({ data }) => data.children.get('InstanceType')?.value,
  });
  const { items, nextToken } = page(params, found, ({ number }) => number);
  return { launchTemplateVersionSet: items.map((version) => renderVersion(world, template, version)), nextToken };
}

const NAMED = ['LaunchTemplateId', 'LaunchTemplateName'] as const;

export const launchTemplateActions: Ec2Actions = {
  CreateLaunchTemplate: {
    takes: ['LaunchTemplateName', 'LaunchTemplateData', 'VersionDescription', 'TagSpecification'],
    run: create,
  },
  CreateLaunchTemplateVersion: { takes: [...NAMED, 'LaunchTemplateData', 'VersionDescription'], run: createVersion },
  ModifyLaunchTemplate: { takes: [...NAMED, 'SetDefaultVersion'], run: modify },
  DeleteLaunchTemplate: { takes: NAMED, run: remove },
  DescribeLaunchTemplates: { takes: [...NAMED, ...LISTING], run: describeTemplates },
  DescribeLaunchTemplateVersions: {
    takes: [...NAMED, 'LaunchTemplateVersion', ...LISTING],
    run: describeVersions,
  },
};
