import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Plan } from '../../../lib/plan/action.ts';
import { instanceIdOf } from '../../../lib/plan/node-owner.ts';
import { plan } from '../../../lib/plan/plan.ts';
import { isHealthyVoter, swarmView } from '../../../lib/plan/swarm-view.ts';
import { isLive, type PlanInput, petSlot } from '../../../lib/plan/world.ts';
import { anyCluster } from '../../support/any-cluster.ts';
import { planInput } from '../../support/cluster.ts';
import { ofKind } from './planned.ts';

const RUNS = { numRuns: 2_000 };

function forAnyCluster(check: (input: PlanInput, decided: Plan) => void): void {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const input = planInput(cluster);
      check(input, plan(input));
    }),
    RUNS,
  );
}

describe('for any observation, also a nonsense one', () => {
  it('at most one machine per logical ID is launched, and only where none is (Safety 1)', () => {
    forAnyCluster((input, decided) => {
      const launched = ofKind(decided.actions, 'launch').flatMap(({ order }) => (order.kind === 'pet' ? [order] : []));
      assert.equal(new Set(launched.map((order) => order.logicalId)).size, launched.length);
      for (const order of launched) {
        const there = input.observation.instances.filter(
          (one) => one.logicalId === order.logicalId && one.state !== 'terminated',
        );
        assert.deepEqual(there, []);
        assert.equal(
          input.observation.interfaces.find((one) => one.id === order.interfaceId)?.logicalId,
          order.logicalId,
        );
        assert.equal(input.observation.volumes.find((one) => one.id === order.volumeId)?.logicalId, order.logicalId);
      }
    });
  });

  it('a volume is only ever given to its own logical ID (Safety 1)', () => {
    forAnyCluster((input, decided) => {
      for (const { instanceId, volumeId } of ofKind(decided.actions, 'attachVolume')) {
        const instance = input.observation.instances.find((one) => one.id === instanceId);
        const volume = input.observation.volumes.find((one) => one.id === volumeId);
        assert.equal(volume?.logicalId, instance?.logicalId);
        assert.equal(volume?.attachedTo, undefined);
      }
    });
  });

  it('a healthy voter is never ended, and at most one running manager at a time (Safety 2)', () => {
    forAnyCluster((input, decided) => {
      // A person has confirmed that the others' state is given up: of that below.
      if (input.records.recovery !== undefined) return;
      const ended = ofKind(decided.actions, 'terminate').flatMap((action) => action.instanceIds);
      const running = ended.flatMap((id) =>
        input.observation.instances.filter(
          (one) => one.id === id && one.state === 'running' && one.logicalId !== undefined,
        ),
      );
      assert.ok(running.length <= 1);
      const view = swarmView(input);
      if (view.kind !== 'quorum') return;
      for (const instance of running) {
        const node = view.nodes.find((one) => one.hostname === instance.id);
        const works = node?.state === 'ready' && node.raft?.reachability === 'reachable';
        const outcome = input.observation.probes?.get(instance.id);
        const saysItWorks =
          outcome?.kind === 'answered' && outcome.probe.engine.state === 'up' && outcome.probe.boot.state === 'done';
        assert.ok(!(works && saysItWorks), `${instance.id} works`);
      }
    });
  });

  it("what is not listed with the cluster's tag is never ended (Safety 6)", () => {
    forAnyCluster((input, decided) => {
      const listed = new Set(input.observation.instances.map((one) => one.id));
      for (const id of ofKind(decided.actions, 'terminate').flatMap((action) => action.instanceIds))
        assert.ok(listed.has(id));
    });
  });

  it("a Swarm is initialised only when every manager's disk was seen blank, and none was before (Safety 4)", () => {
    forAnyCluster((input, decided) => {
      const starts = [...ofKind(decided.actions, 'initSwarm'), ...ofKind(decided.actions, 'claimGenesis')];
      if (starts.length === 0) return;
      assert.equal(input.records.genesis?.clusterId, undefined);
      const managers = input.observation.instances.filter((one) => isLive(one) && one.group === 'managers');
      for (const manager of managers) {
        const outcome = input.observation.probes?.get(manager.id);
        assert.ok(outcome?.kind === 'answered' && outcome.probe.raftState === 'none');
      }
    });
  });

  it('without a quorum nothing is drained, demoted, removed or joined (Safety 5)', () => {
    forAnyCluster((input, decided) => {
      if (swarmView(input).kind === 'quorum') return;
      const kinds = new Set<string>(decided.actions.map((action) => action.kind));
      for (const kind of ['drainNode', 'demoteNode', 'removeNode', 'join']) assert.ok(!kinds.has(kind), kind);
    });
  });

  it('no manager is removed from the list before it is demoted, and one manager is changed at a time', () => {
    forAnyCluster((input, decided) => {
      const view = swarmView(input);
      if (view.kind !== 'quorum') return;
      const demoted = new Set(ofKind(decided.actions, 'demoteNode').map((action) => action.nodeId));
      for (const { nodeId } of ofKind(decided.actions, 'removeNode')) {
        const node = view.nodes.find((one) => one.id === nodeId);
        if (node?.raft !== undefined) assert.ok(demoted.has(nodeId));
      }
      const joins = ofKind(decided.actions, 'join').filter((action) => action.role === 'manager');
      assert.ok(joins.length === 0 || demoted.size === 0);
      assert.ok(joins.flatMap((action) => action.instanceIds).length <= 1);
    });
  });

  it('a node that is none of our machines is never touched (Safety 6)', () => {
    forAnyCluster((input, decided) => {
      const view = swarmView(input);
      if (view.kind !== 'quorum') return;
      for (const { nodeId } of ofKind(decided.actions, 'removeNode')) {
        const node = view.nodes.find((one) => one.id === nodeId);
        assert.ok(node !== undefined);
        assert.ok([instanceIdOf(node), node.logicalId, node.settings].some((mark) => mark !== undefined));
      }
    });
  });

  it('machines nobody could ask are never ended for it (Safety 7)', () => {
    forAnyCluster((input, decided) => {
      if (input.observation.probes !== undefined) return;
      for (const id of ofKind(decided.actions, 'terminate').flatMap((action) => action.instanceIds)) {
        assert.equal(input.observation.instances.find((one) => one.id === id)?.state, 'stopped');
      }
    });
  });

  it('state is only given up for a survivor that is sure of its own, and once nothing else of the former Swarm can come back', () => {
    forAnyCluster((input, decided) => {
      const { recovery } = input.records;
      const forced = ofKind(decided.actions, 'forceNewCluster');
      const stale = ofKind(decided.actions, 'markVolume').filter(({ mark }) => mark === 'stale');
      if (recovery === undefined) {
        assert.deepEqual([...forced, ...stale], []);
        return;
      }
      const ended = new Set(ofKind(decided.actions, 'terminate').flatMap(({ instanceIds }) => instanceIds));
      if (ended.size + stale.length + forced.length === 0) return;
      const { instances, volumes, probes } = input.observation;
      const survivors = instances.filter((one) => one.logicalId === recovery.survivor && isLive(one));
      const [own] = survivors;
      assert.ok(own && !ended.has(own.id));
      const answer = probes?.get(own.id);
      assert.ok(answer?.kind === 'answered' && answer.probe.raftState === 'present');
      const view = swarmView(input);
      assert.ok(view.kind === 'none' || (view.kind === 'noQuorum' && view.clusterId === recovery.clusterId));
      assert.ok(input.now - recovery.requestedAt >= 30_000);
      const isFormer = (id = '') => id !== recovery.survivor && input.records.launches.get(petSlot(id)) !== undefined;
      const there = instances.filter((one) => isFormer(one.logicalId) && one.state !== 'terminated');
      if (stale.length + forced.length > 0) assert.deepEqual(there, []);
      if (forced.length > 0) assert.ok(volumes.every((one) => !isFormer(one.logicalId) || one.mark === 'stale'));
    });
  });

  it('a disk with a mark of a recovery is never given to a machine', () => {
    forAnyCluster(({ observation: { volumes } }, decided) => {
      const given = [
        ...ofKind(decided.actions, 'attachVolume').map(({ volumeId }) => volumeId),
        ...ofKind(decided.actions, 'launch').flatMap(({ order }) => (order.kind === 'pet' ? [order.volumeId] : [])),
      ];
      for (const id of given) assert.notEqual(volumes.find((one) => one.id === id)?.mark, 'stale');
    });
  });

  it('nothing that a person drained is put to work again', () => {
    forAnyCluster((input, decided) => {
      const view = swarmView(input);
      for (const { nodeId } of ofKind(decided.actions, 'activateNode')) {
        assert.ok(view.kind === 'quorum' && view.nodes.find(({ id }) => id === nodeId)?.drainedByUs);
      }
    });
  });

  it('an engine is stopped, or a state given up, only with a quorum of all the others', () => {
    forAnyCluster((input, decided) => {
      const taken = [...ofKind(decided.actions, 'stopEngine'), ...ofKind(decided.actions, 'leaveSwarm')];
      if (taken.length === 0) return;
      const view = swarmView(input);
      assert.ok(view.kind === 'quorum');
      assert.equal(ofKind(decided.actions, 'stopEngine').length <= 1, true);
      for (const { instanceId } of ofKind(decided.actions, 'stopEngine')) {
        const own = view.voters.filter(({ hostname }) => hostname === instanceId);
        const others = view.voters.filter((node) => !own.includes(node));
        assert.ok(others.every(isHealthyVoter) && others.length * 2 > view.voters.length);
      }
      for (const { instanceId, logicalId } of ofKind(decided.actions, 'leaveSwarm')) {
        assert.ok(
          view.nodes.every((node) => node.logicalId !== logicalId),
          `${instanceId} is a member still`,
        );
      }
    });
  });
});
