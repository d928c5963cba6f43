import type { HttpHandler, HttpRequest } from '@smithy/core/protocols';
import { HttpResponse } from '@smithy/core/protocols';
import type { Service } from '../../../../lab/region/service.ts';

/** Lets an unchanged SDK client talk to one service of the lab, with no router and no socket between. */
export function serviceHandler(service: Service): HttpHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: HttpRequest) {
      const body =
        request.body instanceof Uint8Array ? Buffer.from(request.body).toString() : String(request.body ?? '');
      const query = Object.entries(request.query ?? {}).map(([name, value]) => [name, String(value ?? '')]);
      const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]);
      const answer = await service.handle({
        method: request.method,
        path: request.path,
        query: Object.fromEntries(query),
        headers: Object.fromEntries(headers),
        body,
      });
      const response = new HttpResponse({
        statusCode: answer.status,
        headers: { ...answer.headers },
        body: Buffer.from(answer.body),
      });
      return { response };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** Client settings for the lab: nothing is read from the machine's own AWS configuration. */
export function clientConfig(service: Service) {
  return {
    region: 'us-east-1',
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'TEST' },
    requestHandler: serviceHandler(service),
    maxAttempts: 1,
  };
}
