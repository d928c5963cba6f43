import type { Clock } from '../../lib/clock.ts';

/** A request to one of the lab's AWS services, protocol still undone. */
export interface ServiceRequest {
  readonly method: string;
  /** Path without query, e.g. `/2015-03-31/functions`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as it came, for services whose bodies are no text. */
  readonly bytes?: Uint8Array;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** In place of `body`, where it is no text. */
  readonly bytes?: Uint8Array;
}

/** One AWS service of the lab. The router picks it by the service name in the request's credential scope. */
export interface Service {
  /** Signing names, e.g. `ec2`, `ssm`, `dynamodb`, `events`, `lambda`, `sqs`, `iam`, `sts`, `logs`. */
  readonly names: readonly string[];
  handle(request: ServiceRequest): Promise<ServiceResponse>;
}

/** An event on the lab's default bus, as EventBridge delivers it. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** What every service of the region shares. Nothing in a service reads a clock or a random source of its own. */
export interface RegionContext {
  readonly clock: Clock;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly account: string;
  readonly region: string;
  readonly zones: readonly string[];
  /** Puts an event on the default bus. */
  emit(event: BusEvent): void;
  /** Told of every API call that was answered: for counting and for the journal. */
  called(call: { readonly service: string; readonly action: string; readonly error: string | undefined }): void;
}
