import { createHash } from 'node:crypto';
import { TAG } from '../../../lib/names.ts';
import type { LaunchRecord } from '../../../lib/plan/records.ts';
import type { Carry } from '../clients.ts';
import { changedInput, changedPlan, type PlantedBug } from './planted-bug.ts';
import { bootsFailForHours } from './scenario.ts';

/** Bugs in how machines are launched. */
export const launchingBugs: readonly PlantedBug[] = [
  {
    name: 'no-client-token',
    breaks: 'RunInstances is called without a client token, so that a repeated request launches again',
    caughtBy: ['intent-before-effect', 'no-more-than-declared'],
    plant: () => ({
      carry: onRunInstances((input) =>
        Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'ClientToken')),
      ),
    }),
  },
  {
    name: 'token-without-generation',
    breaks: 'the client token is derived from the slot alone, so that it is used up with its first machine',
    caughtBy: ['whole-again', 'whole-from-nothing', 'no-more-than-declared'],
    plant: () => {
      const slots = new Map<string, string>();
      const tokenOf = (slot: string) => createHash('sha256').update(slot).digest('hex');
      return {
        store: (real) => ({
          ...real,
          putLaunch: (lease, record) => {
            slots.set(record.request.clientToken, tokenOf(record.slot));
            const request = { ...record.request, clientToken: tokenOf(record.slot) };
            return real.putLaunch(lease, { ...record, request });
          },
        }),
        carry: onRunInstances((input) => {
          const token = String(Reflect.get(input, 'ClientToken'));
          return { ...input, ClientToken: slots.get(token) ?? token };
        }),
      };
    },
  },
  {
    name: 'no-recorded-intent',
    breaks: 'a launch is recorded only after it took place',
    caughtBy: ['intent-before-effect'],
    plant: () => ({
      store: (real) => ({
        ...real,
        putLaunch: async (lease, record) => {
          if (record.state !== 'intended') await real.putLaunch(lease, record);
        },
      }),
    }),
  },
  {
    name: 'launched-without-tag',
    breaks: "machines are launched without the cluster's tag: nobody counts them or ends them",
    caughtBy: ['whole-from-nothing', 'whole-again', 'own-attachment'],
    plant: () => ({
      carry: onRunInstances((input) => JSON.parse(JSON.stringify(input).replaceAll(TAG.cluster, 'Purpose'))),
    }),
  },
  {
    name: 'no-back-off',
    breaks: 'failed launches are repeated at once, and for ever',
    caughtBy: ['spend-is-bounded'],
    scenario: bootsFailForHours,
    plant: changedInput((input) => {
      const forgiven = ([slot, record]: [string, LaunchRecord]) =>
        [slot, { ...record, failures: 0, intendedAt: 0 }] as const;
      return { ...input, records: { ...input.records, launches: new Map([...input.records.launches].map(forgiven)) } };
    }),
  },
  {
    name: 'parked-for-ever',
    breaks: 'a slot whose launches failed too often is never tried again',
    caughtBy: ['whole-again'],
    scenario: bootsFailForHours,
    plant: changedPlan((plan) => ({
      ...plan,
      actions: plan.actions.filter((action) => action.kind !== 'launch' || action.replay || action.failures < 4),
    })),
  },
];

function onRunInstances(change: (input: object) => object): (real: Carry) => Carry {
  return (real) => (service, name, input, command) =>
    real(service, name, name === 'RunInstances' ? change(input) : input, command);
}
