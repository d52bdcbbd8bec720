import type { TestApp } from '../test-app';
import type { CanaryPlace, CanaryRequest } from './canary-place';

/** What crossed the wire. */
export interface CanaryExchange {
  readonly sent: string;
  readonly answer: string;
}

/** Sends the request of a place. */
export async function sendCanary(app: TestApp, { request }: CanaryPlace, canary: string): Promise<CanaryExchange> {
  const { method = 'GET', path, headers = {}, body, raw } = request(canary);
  if (raw !== undefined) return { sent: raw, answer: await app.raw(raw) };
  const target = path.startsWith('/nowhere') ? path : `/canary${path}`;
  const answered = await app.fetch(target, { method, headers, ...(body !== undefined && { body }) });
  const answer = [JSON.stringify([...answered.headers]), await answered.text()].join();
  return { sent: [target, JSON.stringify(headers), await textOf(body)].join('\n'), answer };
}

async function textOf(body: CanaryRequest['body']): Promise<string> {
  if (!(body instanceof FormData)) return body ?? '';
  const parts = [...body.values()].map(async part => {
    return typeof part === 'string' ? part : `${part.name} ${await part.text()}`;
  });
  return (await Promise.all(parts)).join();
}
