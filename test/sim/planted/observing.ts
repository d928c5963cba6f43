import { TAG } from '../../../lib/names.ts';
import type { ProbeOutcome, SwarmNode } from '../../../lib/observe/observation.ts';
import { changedInput, type PlantedBug, withAnswers, withNodes } from './planted-bug.ts';

/** Bugs in what is made of AWS's answers. */
export const observingBugs: readonly PlantedBug[] = [
  {
    name: 'errors-taken-for-nothing',
    breaks: 'an error of DescribeInstances is taken for a list without instances',
    caughtBy: ['only-dead-nodes-are-removed', 'no-more-than-declared', 'whole-again', 'no-working-machine-is-ended'],
    plant: () => ({
      carry: (real) => async (service, name, input, command) => {
        try {
          return await real(service, name, input, command);
        } catch (error) {
          if (name === 'DescribeInstances') return { Reservations: [] };
          throw error;
        }
      },
    }),
  },
  {
    name: 'errors-taken-for-terminated',
    breaks: 'when DescribeInstances fails, every machine known before is taken for terminated',
    caughtBy: ['only-dead-nodes-are-removed', 'no-more-than-declared', 'one-per-logical-id'],
    plant: () => {
      let known: object = { Reservations: [] };
      return {
        carry: (real) => async (service, name, input, command) => {
          if (name !== 'DescribeInstances') return await real(service, name, input, command);
          try {
            known = await real(service, name, input, command);
            return known;
          } catch {
            return JSON.parse(JSON.stringify(known).replaceAll('"Name":"running"', '"Name":"terminated"'), revived);
          }
        },
      };
    },
  },
  {
    name: 'strangers-taken-for-ours',
    breaks: "instances are read, and looked at before they are ended, without regard to the cluster's tag",
    caughtBy: ['only-its-own'],
    plant: () => ({
      carry: (real) => async (service, name, input, command) => {
        if (name !== 'DescribeInstances') return await real(service, name, input, command);
        const filters: unknown = Reflect.get(input, 'Filters');
        const other = Array.isArray(filters) ? filters.filter(({ Name }) => Name !== `tag:${TAG.cluster}`) : [];
        const answer = await real(service, name, { ...input, Filters: other }, command);
        return JSON.parse(JSON.stringify(answer).replaceAll('somebody-elses', 'sim'), revived);
      },
    }),
  },
  {
    name: 'known-by-hostname',
    breaks: 'which machine a worker runs on is told from its hostname alone, which people change',
    caughtBy: ['no-working-machine-is-ended', 'looked-at-twice', 'drained-before-removed'],
    plant: changedInput((input) => {
      const { instances } = input.observation;
      const herd = new Set(instances.filter(({ logicalId }) => logicalId === undefined).map(({ id }) => id));
      const nameless = instances.map((one) => (herd.has(one.id) ? { ...one, privateIp: undefined } : one));
      const told = withAnswers(input, (outcome, id) => (herd.has(id) ? anonymous(outcome) : outcome));
      return { ...told, observation: { ...told.observation, instances: nameless } };
    }),
  },
  {
    name: 'known-by-label',
    breaks: 'which manager a node stands for is told from its engine label alone, which people copy',
    caughtBy: ['only-dead-nodes-are-removed', 'quorum-is-kept', 'whole-again'],
    faults: {
      fromTheStart: false,
      duration: 900_000,
      climates: [],
      strikes: [
        { kind: 'relabelled-by-hand', every: 45_000 },
        { kind: 'manager-and-volume-lost', every: 200_000 },
      ],
    },
    plant: changedInput((input) => withNodes(input, (nodes) => nodes.map(asLabelled))),
  },
];

function asLabelled(node: SwarmNode): SwarmNode {
  const { logicalId, raft } = node;
  if (logicalId === undefined) return node;
  return { ...node, address: logicalId, raft: raft && { ...raft, address: `${logicalId}:2377` } };
}

function anonymous(outcome: ProbeOutcome): ProbeOutcome {
  if (outcome.kind !== 'answered' || outcome.probe.engine.state !== 'up') return outcome;
  return { ...outcome, probe: { ...outcome.probe, engine: { ...outcome.probe.engine, nodeId: undefined } } };
}

/** Dates survive JSON as text only. */
function revived(key: string, value: unknown): unknown {
  return key === 'LaunchTime' && typeof value === 'string' ? new Date(value) : value;
}
