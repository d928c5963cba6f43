import type { Clock } from '../../lib/clock.ts';
import { hex, type Random } from './ids.ts';

/** Who calls: an instance through its profile's role, a function through its execution role, or somebody by hand. */
export interface Principal {
  readonly kind: 'instance' | 'function' | 'user';
  /** Instance id, function name or user name. */
  readonly name: string;
  /** Name of the role whose permissions apply; `undefined` for a user. */
  readonly role: string | undefined;
}

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The credentials that the region handed out. Signatures are not checked: the access key id says who calls. */
export class CredentialBook {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #principals = new Map<string, { readonly principal: Principal; readonly expiresAt: number }>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  issue(principal: Principal, milliseconds: number): TemporaryCredentials {
    const issuedAt = this.#clock.now();
    const credentials = {
      accessKeyId: `ASIA${hex(this.#random, 16).toUpperCase()}`,
      secretAccessKey: hex(this.#random, 40),
      sessionToken: hex(this.#random, 64),
      issuedAt,
      expiresAt: issuedAt + milliseconds,
    };
    this.#principals.set(credentials.accessKeyId, { principal, expiresAt: credentials.expiresAt });
    return credentials;
  }

  /** `undefined`: not one of ours (keys that a user made up for the lab). */
  find(accessKeyId: string): { readonly principal: Principal; readonly expired: boolean } | undefined {
    const entry = this.#principals.get(accessKeyId);
    if (entry === undefined) return undefined;
    return { principal: entry.principal, expired: entry.expiresAt <= this.#clock.now() };
  }
}
