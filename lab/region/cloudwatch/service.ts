import { jsonService } from '../protocol/json-service.ts';
import type { RegionContext, Service } from '../service.ts';
import { createDashboards, type Dashboards } from './dashboards.ts';

export interface CloudWatchService extends Service {
  readonly dashboards: Dashboards;
}

/** CloudWatch, by its JSON protocol: dashboards. */
export function createCloudWatchService(context: RegionContext): CloudWatchService {
  const { dashboards, operations } = createDashboards(context);
  return {
    ...jsonService({ name: 'cloudwatch', names: ['monitoring'], version: '1.0', context, operations }),
    dashboards,
  };
}
