import type { Fleet } from '../machines/fleet.ts';
import type { Host } from '../machines/host.ts';
import { Background, type RegionFault } from './background.ts';
import { type CallEntry, CallLog } from './call-log.ts';
import { CredentialBook } from './credentials.ts';
import { type Ec2Controls, ec2Controls } from './ec2/controls.ts';
import { instanceAt, managedInstance, metadataOf } from './ec2/directory.ts';
import { createEc2Calls, type Ec2Calls, ec2Service } from './ec2/service.ts';
import { createWorld, type Ec2World, type InstanceProfiles } from './ec2/world.ts';
import { EventBus, type EventListener } from './event-bus.ts';
import { createImds } from './metadata/imds.ts';
import type { JsonOperation } from './protocol/json-service.ts';
import { requestHandler, type SdkRequestHandler } from './request-handler.ts';
import { type AnsweredCall, type Interceptor, Router } from './router.ts';
import type { RegionContext, Service, ServiceRequest, ServiceResponse } from './service.ts';
import { DEFAULT_SETTINGS, type RegionSettings } from './settings.ts';
import { createSsmHost } from './ssm/host.ts';
import { createSsmWorld, ssmOperations, ssmService } from './ssm/service.ts';
import type { SsmWorld } from './ssm/store.ts';

export interface RegionOptions {
  readonly context: Omit<RegionContext, 'emit' | 'called'>;
  /** @default a region with no latency, no throttle and no lost event: DEFAULT_SETTINGS */
  readonly settings?: Partial<RegionSettings>;
  readonly fleet: Fleet;
}

/**
 * An AWS region on one machine: EC2, Systems Manager and instance metadata over the machines of a fleet, and whatever
 * other services are registered. All state is in memory; time and chance come from the context only.
 */
export interface Region {
  /** What services are made with. */
  readonly context: RegionContext;
  readonly settings: RegionSettings;
  readonly ec2: Ec2Controls;
  readonly credentials: CredentialBook;
  /** What the fleet's machines get from the region. */
  readonly host: Host;
  readonly calls: {
    /** Oldest first. */
    readonly entries: readonly CallEntry[];
    listen(listener: (call: CallEntry) => void): () => void;
  };
  /** Failures of work in the background, e.g. a machine that did not boot, and of services that threw. */
  readonly faults: readonly RegionFault[];
  onFault(listener: (fault: RegionFault) => void): () => void;
  /** Adds a service. @throws Error when its name is taken */
  register(service: Service): void;
  /** Answers an AWS API request. Never rejects: what fails is an answer of status 500, and a fault. */
  handle(request: ServiceRequest): Promise<ServiceResponse>;
  /** Answers a metadata request of the machine at a private address. */
  metadata(source: string, request: ServiceRequest): ServiceResponse;
  /** The instance whose machine speaks from a private address. */
  instanceAt(privateIp: string): string | undefined;
  /** Events of the default bus, in the order of their making. Returns the way to unsubscribe. */
  onEvent(listener: EventListener): () => void;
  intercept(interceptor: Interceptor): () => void;
  /** Told of every request and its answer, whole. Returns the way to stop. */
  onAnswer(listener: (call: AnsweredCall) => void): () => void;
  /** IAM's instance profiles: from then on RunInstances refuses a profile that is not there. */
  linkInstanceProfiles(profiles: InstanceProfiles): void;
  /** For SDK v3 clients in this process. */
  requestHandler(): SdkRequestHandler;
  /** Resolves when nothing is under way in the background. */
  idle(): Promise<void>;
  /** What stands behind the wire protocols: for the simulation, whose time would mostly go into writing and reading them. */
  readonly inside: RegionInside;
}

export interface RegionInside {
  readonly ec2: Ec2World;
  readonly ssm: SsmWorld;
  readonly ec2Calls: Ec2Calls;
  /** Systems Manager's operations by name. Each throws ServiceError. */
  readonly ssmOperations: Readonly<Record<string, JsonOperation>>;
}

export function createRegion(options: RegionOptions): Region {
  const settings: RegionSettings = { ...DEFAULT_SETTINGS, ...options.settings };
  const { clock, random } = options.context;
  const now = () => clock.now();
  const background = new Background(now);
  const log = new CallLog(now, settings.journalLength);
  const bus = new EventBus({ clock, random, settings, background });
  const context: RegionContext = {
    ...options.context,
    emit: (event) => bus.emit(event),
    called: (call) => log.add(call),
  };
  const credentials = new CredentialBook(clock, random);
  const router = new Router({ context, log, credentials, background, callMilliseconds: settings.callMilliseconds });

  const ec2 = createWorld({ context, settings, fleet: options.fleet, background });
  const ssm = createSsmWorld({
    context,
    settings,
    directory: { find: (instanceId) => managedInstance(ec2, instanceId) },
    publicParameters: new Map([...ec2.images].map(({ parameter, id }) => [parameter, id])),
  });
  ec2.onMachineDown = (instanceId) => ssm.agents.lost(instanceId);
  const inside: RegionInside = { ec2, ssm, ec2Calls: createEc2Calls(ec2), ssmOperations: ssmOperations(ssm) };
  router.register(ec2Service(ec2, inside.ec2Calls));
  router.register(ssmService(ssm, inside.ssmOperations));

  const host: Host = {
    ...createSsmHost(ssm),
    metadata: (instanceId) => metadataOf(ec2, instanceId),
  };
  const handle = (request: ServiceRequest) => router.handle(request);
  options.fleet.plug(host);
  return {
    context,
    settings,
    ec2: ec2Controls(ec2),
    credentials,
    host,
    calls: log,
    faults: background.faults,
    onFault: (listener) => background.onFault(listener),
    register: (service) => router.register(service),
    handle,
    metadata: createImds(ec2, credentials),
    instanceAt: (privateIp) => instanceAt(ec2, privateIp),
    onEvent: (listener) => bus.listen(listener),
    intercept: (interceptor) => router.intercept(interceptor),
    onAnswer: (listener) => router.onAnswer(listener),
    linkInstanceProfiles: (profiles) => {
      ec2.instanceProfiles = profiles;
    },
    requestHandler: () => requestHandler(handle),
    idle: () => background.idle(),
    inside,
  };
}
