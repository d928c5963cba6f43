import { requestHandler } from '../../../../lab/region/request-handler.ts';
import type { Service } from '../../../../lab/region/service.ts';

/** Settings for an unchanged SDK client that talks to one service of the lab, with no router and no socket between. */
export function clientConfig(service: Service) {
  return {
    region: 'us-east-1',
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'TEST' },
    requestHandler: requestHandler((request) => service.handle(request)),
    maxAttempts: 1,
  };
}
