import type { QueryNode } from '../wire/query.ts';
import type { XmlElement, XmlValue } from '../wire/xml.ts';

/**
 * Names of lists in a launch template's answer, by their names in the request.
 * Source: the EC2 API's own model (`RequestLaunchTemplateData` and `ResponseLaunchTemplateData`).
 */
const LISTS: Readonly<Record<string, string>> = {
  BlockDeviceMapping: 'blockDeviceMappingSet',
  NetworkInterface: 'networkInterfaceSet',
  TagSpecification: 'tagSpecificationSet',
  Tag: 'tagSet',
  SecurityGroupId: 'securityGroupIdSet',
};

/** Gives a template's data back as it was stored: lists under their other names, everything else with a small letter. */
export function renderLaunchData(node: QueryNode, parent = ''): XmlElement {
  const element: Record<string, XmlValue> = {};
  for (const [name, child] of node.children) {
    const list = parent === 'NetworkInterface' && name === 'SecurityGroupId' ? 'groupSet' : LISTS[name];
    if (list !== undefined) {
      element[list] = [...child.children.values()].map((item) => renderValue(item, name));
    } else {
      element[name.charAt(0).toLowerCase() + name.slice(1)] = renderValue(child, name);
    }
  }
  return element;
}

function renderValue(node: QueryNode, name: string): XmlValue {
  return node.children.size > 0 ? renderLaunchData(node, name) : node.value;
}
