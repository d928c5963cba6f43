import type { LaunchAction } from '../../lib/plan/action.ts';
import type { LaunchRequest } from '../../lib/plan/records.ts';
import { configHash } from '../../lib/spec/config-hash.ts';
import { settingsHash } from '../../lib/spec/settings-hash.ts';
import { givenIp, instanceId, launchRecord, zoneOfIp } from './cluster.ts';
import type { ClusterModel } from './cluster-model.ts';

/** Machines of the configuration that was asked for, once for each token. @param recorded false: nobody writes down what came of it */
export function launch(model: ClusterModel, action: LaunchAction, recorded: boolean): void {
  const { cluster } = model;
  const version = model.history.get(action.version);
  const spec = version?.spec.groups[action.group];
  const image = version?.images[action.group];
  if (spec === undefined || image === undefined) throw new Error(`no ${action.group} in version ${action.version}`);
  const token = `${action.slot}#${action.generation}`;
  const before = model.launched.get(token);
  const hash = configHash(spec, image, action.group);
  const { order } = action;
  const count = order.kind === 'batch' ? order.count : 1;
  const ids = before ?? Array.from({ length: count }, (_, index) => instanceId(model.serial + index + 1));
  model.launched.set(token, ids);
  const draft = launchRecord(action.slot, action.group, ids, cluster.now, hash);
  const record = {
    ...draft,
    request: { ...draft.request, placement: placementOf(order) },
    generation: action.generation,
    count,
    failures: action.failures,
    confirmedAt: undefined,
  };
  cluster.records.launches.set(
    action.slot,
    recorded ? record : { ...record, state: 'intended', instanceIds: [], launchedAt: undefined },
  );
  if (before !== undefined) return;
  model.serial += count;
  const logicalId = order.kind === 'pet' ? order.logicalId : undefined;
  for (const id of ids) {
    model.machines.set(id, { engine: 'booting', nodeId: undefined, settings: settingsHash(spec) });
    cluster.instances.push({
      id,
      state: 'pending',
      group: action.group,
      logicalId,
      generation: action.generation,
      configHash: hash,
      zone: order.kind === 'batch' ? order.zone : zoneOfIp(order.logicalId),
      subnetId: undefined,
      privateIp: logicalId ?? givenIp(id),
      launchedAt: cluster.now,
      volumeIds: [],
    });
  }
  if (order.kind === 'batch') return;
  cluster.interfaces = cluster.interfaces.map((one) => {
    if (one.id !== order.interfaceId) return one;
    if (one.status !== 'available') throw new Error(`${one.id} is in use by ${one.attachedTo}`);
    return { ...one, status: 'in-use', attachedTo: ids[0] };
  });
}

function placementOf(order: LaunchAction['order']): LaunchRequest['placement'] {
  if (order.kind === 'batch') return { kind: 'subnet', subnetId: order.subnetId };
  return { kind: 'interface', interfaceId: order.interfaceId, volumeId: order.volumeId };
}
