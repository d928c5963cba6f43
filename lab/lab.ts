import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Clock } from '../lib/clock.ts';
import { systemClock } from '../lib/system-clock.ts';
import { LAB_CREDENTIALS } from './cli/credentials.ts';
import { createConsole } from './console/console.ts';
import { createControl } from './control/control.ts';
import { EventHistory } from './event-history.ts';
import { openFrontDoor } from './front-door.ts';
import type { Fleet } from './machines/fleet.ts';
import { createRealFleet, DEFAULT_CACHE_DIRECTORY, LeftoversError } from './machines/real/fleet.ts';
import { HostUnfitError } from './machines/real/requirements.ts';
import { createSimulatedFleet } from './machines/simulated/fleet.ts';
import { serveGateway } from './region/gateway.ts';
import type { InvocationJournal } from './region/lambda/journal.ts';
import { createRegion, type Region } from './region/region.ts';
import type { RegionSettings } from './region/settings.ts';
import { LabRunningError, livenessOf } from './running.ts';
import { registerServices, type Services } from './services.ts';
import { readState, removeState, writeState } from './state.ts';

export interface LabOptions {
  /** `^[a-z][a-z0-9-]{0,29}$`; every name on the host is derived from it. */
  readonly name: string;
  readonly fleet: 'real' | 'simulated';
  /** Of 127.0.0.1; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** For the state file, the gateway's socket and the machines' disks. */
  readonly stateDirectory: string;
  /** For the machines' image, kept between labs. @default /var/cache/everswarm-lab */
  readonly cacheDirectory?: string;
  /** Told what is being waited for. */
  readonly progress: (line: string) => void;
  /** @default no latency, no throttle, no lost event */
  readonly settings?: Partial<RegionSettings>;
  /**
   * Runs of one function at the same time; further asynchronous events wait, as with a reserved concurrency.
   * @default 1000, as on AWS
   */
  readonly functionConcurrency?: number;
  /** Are functions and machines held to the policies of their roles? @default true */
  readonly enforcePermissions?: boolean;
  /** @default real time */
  readonly clock?: Clock;
  /** 0 ≤ x < 1. @default Math.random */
  readonly random?: () => number;
  /** Called when somebody asks over the control channel for the lab to be taken down. @default it is stopped */
  readonly onDown?: () => void;
}

/** An AWS region on this machine, running. */
export interface Lab {
  readonly name: string;
  /** For `AWS_ENDPOINT_URL`. */
  readonly endpoint: string;
  readonly region: Region;
  readonly fleet: Fleet;
  /** Every run of a function. */
  readonly journal: InvocationJournal;
  readonly services: Services;
  readonly events: EventHistory;
  readonly stateDirectory: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Takes everything away: machines, functions, volumes, network, state. Safe to call twice. */
  stop(): Promise<void>;
}

export const LAB_REGION = {
  account: '123456789012',
  region: 'us-east-1',
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
} as const;

/**
 * Starts a lab in this process; resolves when machines can be launched.
 * What was started is taken away again when a later part fails.
 *
 * @throws LabRunningError, LabNameError, HostUnfitError, LeftoversError, PortTakenError, DynamoDbLocalError
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { name, stateDirectory, progress, clock = systemClock, random = Math.random } = options;
  const earlier = await readState(stateDirectory);
  if (earlier !== undefined && (await livenessOf(earlier)) !== 'gone') throw new LabRunningError(earlier);
  await mkdir(stateDirectory, { recursive: true });
  // What is put on here is taken away in reverse order, at the end or when a later step fails.
  await using undo = new AsyncDisposableStack();

  const socket = join(stateDirectory, 'gateway.sock');
  const fleet = createFleet(options, clock, random, socket);
  const region = createRegion({ context: { clock, random, ...LAB_REGION }, settings: options.settings ?? {}, fleet });
  const events = new EventHistory(() => clock.now());
  undo.defer(region.onEvent((event) => events.add(event)));

  let endpoint: string | undefined;
  const services = registerServices(region, () => endpoint, options);
  undo.defer(() => removeState(stateDirectory));
  if (fleet.kind === 'real') {
    const gateway = await serveGateway(region, socket);
    undo.defer(async () => {
      await gateway.close();
      await rm(socket, { force: true });
    });
  }
  progress('starting DynamoDB Local');
  undo.defer(() => services.stop());
  await Promise.all([services.dynamodb.start(), prepare(fleet, undo, progress)]);

  const startedAt = clock.now();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= kept.disposeAsync();
    return stopping;
  };
  const control = createControl({
    lab: () => lab,
    down: options.onDown ?? (() => region.context.clock.sleep(0).then(stop)),
  });
  const viewer = new LambdaClient({
    region: LAB_REGION.region,
    credentials: LAB_CREDENTIALS,
    requestHandler: region.requestHandler(),
  });
  const { dashboards, metrics } = services.cloudwatch;
  const console = createConsole({ clock, dashboards, metrics, lambda: viewer });
  const door = await openFrontDoor(region, { control, console }, options.port ?? 0);
  undo.defer(() => door.close());
  endpoint = door.url;
  await writeState(stateDirectory, { name, fleet: fleet.kind, pid: process.pid, endpoint, startedAt });

  const kept = undo.move();
  const lab: Lab = {
    name,
    endpoint,
    region,
    fleet,
    journal: services.lambda.journal,
    services,
    events,
    stateDirectory,
    startedAt,
    stop,
  };
  return lab;
}

/** What a fleet left half made is taken away, but not what was there before it: that is another lab's. */
async function prepare(fleet: Fleet, undo: AsyncDisposableStack, progress: (line: string) => void): Promise<void> {
  try {
    await fleet.prepare(progress);
  } catch (error) {
    if (!(error instanceof LeftoversError || error instanceof HostUnfitError)) await fleet.destroy();
    throw error;
  }
  undo.defer(() => fleet.destroy());
}

function createFleet(options: LabOptions, clock: Clock, random: () => number, gatewaySocket: string): Fleet {
  if (options.fleet === 'simulated') return createSimulatedFleet({ clock, random });
  const { name, stateDirectory, cacheDirectory = DEFAULT_CACHE_DIRECTORY } = options;
  return createRealFleet({ name, stateDirectory, cacheDirectory, gatewaySocket });
}
