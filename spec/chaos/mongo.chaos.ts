import { expect } from 'chai';
import { sinkConformance } from '../../src/testing';
import { mongoHarness } from '../testing/sinks/harnesses/mongo-harness';
import { writeThroughFreeze } from '../support/frozen-server';

describe('a mongo sink whose scripted server is stopped by SIGSTOP for 30 s', () => {
  it('stores every record once', async () => {
    const { attempts } = await writeThroughFreeze(30_000, 40);
    console.log(`      ${attempts} attempts for 40 batches`);
    expect(attempts).to.be.greaterThan(40);
  });
});

describe('the mongo sink on a scripted replica set conforms:', () => {
  for (const { name, run } of sinkConformance(mongoHarness('rs0'))) it(name, run);
});
