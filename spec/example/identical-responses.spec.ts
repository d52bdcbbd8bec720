import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { getMetadataArgsStorage } from 'routing-controllers';
import type { Answer } from '../../example/demo/client';
import { REQUESTS } from '../../example/demo/requests';
import { SECRETS } from '../../example/demo/secrets';
import { visitShop } from '../../example/demo/visit-shop';
import { createApp, SHOP_CONTROLLERS } from '../../example/shop/app';
import { shopLoggingOptions } from '../../example/shop/logging';
import { createLogging, type LoggingOptions, memorySink } from '../../src';

type Answers = readonly (Answer | null)[];

async function answersWith(options: LoggingOptions): Promise<Answers> {
  const logging = createLogging({ ...shopLoggingOptions(memorySink()), ...options });
  const answers = await visitShop(logging, shop => createApp(shop, logging));
  await logging.close();
  return answers;
}

async function answersWithoutLibrary(): Promise<Answers> {
  const child = fork(join(__dirname, 'bare-shop.js'), { serialization: 'advanced' });
  const [answers] = (await once(child, 'message')) as [Answers];
  return answers;
}

/** Everything of an answer that has to be the same, by the name of its request. */
function comparable(answers: Answers): Record<string, unknown> {
  return Object.fromEntries(answers.map((answer, place) => [REQUESTS[place]!.name, answer && wireView(answer)]));
}

function wireView({ status, rawHeaders, body, isComplete }: Answer) {
  const headers: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) headers.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  return {
    status,
    headers: headers.filter(([name]) => !['x-request-id', 'date'].includes(name.toLowerCase())),
    body: body.toString('latin1'),
    isComplete,
  };
}

describe("the shop's responses", () => {
  it('come from every action that it has', () => {
    const actions = SHOP_CONTROLLERS.flatMap(controller =>
      getMetadataArgsStorage()
        .filterActionsWithTarget(controller)
        .map(({ method }) => `${controller.name}.${method}`),
    );
    const asked = new Set(REQUESTS.map(({ expect: { handler } }) => handler).filter(handler => handler !== null));
    expect([...asked]).to.have.members(actions);
  });

  it('are the same bytes with logging on and off', async () => {
    const on = await answersWith({});
    const off = await answersWith({ enabled: false });
    expect(comparable(on)).to.deep.equal(comparable(off));
  });

  it('are the same bytes as without the library, but for sensitive input that a failed validation quotes', async () => {
    const on = await answersWith({ errorHandlers: [] });
    const bare = await answersWithoutLibrary();
    const place = REQUESTS.findIndex(({ name }) => name === 'failed validation');
    const [quoting, cleaned] = [bare[place]!, on[place]!];
    const quoted = Object.values(SECRETS).filter(secret => quoting.body.includes(secret));
    expect(quoted).to.have.members([SECRETS.shortPassword, SECRETS.nationalId, SECRETS.phone, SECRETS.doorCode]);
    expect(cleaned.body.toString()).to.equal(
      quoted.reduce((text, secret) => text.replaceAll(secret, '[REDACTED]'), quoting.body.toString()),
    );
    const [others, bareOthers] = [on, bare].map(answers => answers.filter((_, at) => at !== place));
    expect(comparable(others!)).to.deep.equal(comparable(bareOthers!));
  });
});
