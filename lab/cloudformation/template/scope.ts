import type { Json } from '../json.ts';

/** What the names in a template stand for at the moment. Each look-up answers `undefined` for a name it does not know. */
export interface Scope {
  /** Value of a parameter, a pseudo parameter or the physical id of a resource. */
  ref(name: string): Json | undefined;
  attribute(logicalId: string, attribute: string): Json | undefined;
  condition(name: string): boolean | undefined;
  mapping(map: string, topKey: string, secondKey: string): Json | undefined;
  /** Names of the availability zones of a Region. */
  zones(region: string): readonly string[] | undefined;
}

/** The pseudo parameter that takes a property away. */
export const NO_VALUE = 'AWS::NoValue';

/** Facts about where a stack is, behind the pseudo parameters. */
export interface StackPlace {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
}

/** `undefined` for a name that is no pseudo parameter with a value (AWS::NoValue has none). */
export function pseudoParameter(name: string, place: StackPlace): Json | undefined {
  switch (name) {
    case 'AWS::AccountId':
      return place.account;
    case 'AWS::Region':
      return place.region;
    case 'AWS::StackName':
      return place.stackName;
    case 'AWS::StackId':
      return place.stackId;
    case 'AWS::Partition':
      return partitionOf(place.region);
    case 'AWS::URLSuffix':
      return place.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    case 'AWS::NotificationARNs':
      return [];
    default:
      return undefined;
  }
}

export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) {
    return 'aws-cn';
  }
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

export function isPseudoParameter(name: string): boolean {
  return name.startsWith('AWS::');
}
