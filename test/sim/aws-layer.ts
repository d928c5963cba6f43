import type { VirtualClock } from '../../lab/sim/clock.ts';
import { awsError, isRetried } from './aws-error.ts';
import type { Carry, SdkCommand } from './clients.ts';
import type { Dice } from './dice.ts';
import type { Service } from './direct.ts';
import type { CallWatch, Invocation } from './invocation.ts';
import type { Weather } from './weather.ts';

/** A call on its way to the region. */
export interface SentCall {
  readonly invocation: Invocation;
  readonly service: Service;
  readonly name: string;
  readonly input: object;
  /** For how many milliseconds its invocation was frozen in the very moment of sending it. */
  readonly heldBack: number;
}

/** Told of calls as they reach the region. */
export interface CallListener {
  /** Just before the call takes effect. */
  reaching(sent: SentCall): void;
  answered(invocation: Invocation, name: string, outcome: { readonly answer?: object; readonly error?: unknown }): void;
}

interface LayerParts {
  readonly clock: VirtualClock;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly watch: CallWatch;
  readonly listener: CallListener;
  readonly carry: Carry;
  /** Zone of a launch request's interface or subnet. */
  zoneOf(input: object): string | undefined;
}

const ATTEMPTS = 3;
const RETRY_PAUSE = [100, 400] as const;
/** How old an answer of a stale read can be, milliseconds. */
const STALE_FOR = 5_000;

/** The way from an invocation to the region: latency, throttles, lost answers, stale reads, and the SDK's own retries. */
export class AwsLayer {
  readonly #parts: LayerParts;
  readonly #remembered = new Map<string, { readonly at: number; readonly answer: object }>();

  constructor(parts: LayerParts) {
    this.#parts = parts;
  }

  carrierFor(invocation: Invocation): Carry {
    return async (service, name, input, command) => {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await invocation.call(name, this.#parts.watch, (heldBack) =>
            this.#once({ invocation, service, name, input, heldBack }, command),
          );
        } catch (error) {
          if (attempt + 1 >= ATTEMPTS || !isRetried(error)) throw error;
          await invocation.clock.sleep((RETRY_PAUSE[attempt] ?? 400) * (0.5 + this.#parts.dice.random()));
        }
      }
    };
  }

  async #once(sent: SentCall, command: SdkCommand): Promise<object> {
    const { clock, dice, weather, listener } = this.#parts;
    const { invocation, service, name, input } = sent;
    const latency = dice.within(weather.latency) + (dice.chance(weather.slow) ? dice.within([1_000, 9_000]) : 0);
    await clock.sleep(latency / 2);
    // A process that was killed or frozen has sent its request all the same.
    const refusal = this.#refusal(service, name, input);
    const lost = refusal === undefined && dice.chance(weather.lostAnswer);
    try {
      if (refusal !== undefined) throw refusal;
      const answer = this.#stale(name, input) ?? (await this.#carry(sent, command));
      await clock.sleep(latency / 2);
      // The product gives each try 5 s (lib/aws/clients.ts).
      if (latency > 5_000) throw awsError('TimeoutError', undefined, 'no answer within 5 s');
      if (lost) throw awsError('ECONNRESET', undefined, 'the connection broke before the answer came');
      listener.answered(invocation, name, { answer });
      return answer;
    } catch (error) {
      listener.answered(invocation, name, { error });
      throw error;
    }
  }

  async #carry(sent: SentCall, command: SdkCommand): Promise<object> {
    const { service, name, input } = sent;
    this.#parts.listener.reaching(sent);
    const answer = await this.#parts.carry(service, name, input, command);
    if (name.startsWith('Describe')) {
      this.#remembered.set(keyOf(name, input), { at: this.#parts.clock.monotonic(), answer });
    }
    return answer;
  }

  #refusal(service: Service, name: string, input: object): Error | undefined {
    const { dice, weather } = this.#parts;
    if (dice.chance(weather.throttled)) {
      return service === 'ec2' ? awsError('RequestLimitExceeded', 503) : awsError('ThrottlingException', 400);
    }
    if (dice.chance(weather.failed)) {
      return service === 'ec2' ? awsError('InternalError', 500) : awsError('InternalServerError', 500);
    }
    if (name !== 'RunInstances' || weather.full.size === 0) return undefined;
    const zone = this.#parts.zoneOf(input);
    if (zone === undefined || !weather.full.has(zone)) return undefined;
    return awsError('InsufficientInstanceCapacity', 500, `We currently do not have sufficient capacity in ${zone}.`);
  }

  #stale(name: string, input: object): object | undefined {
    const { clock, dice, weather } = this.#parts;
    if (!name.startsWith('Describe') || !dice.chance(weather.stale)) return undefined;
    const known = this.#remembered.get(keyOf(name, input));
    return known !== undefined && clock.monotonic() - known.at <= STALE_FOR ? known.answer : undefined;
  }
}

function keyOf(name: string, input: object): string {
  return `${name} ${JSON.stringify(input)}`;
}
