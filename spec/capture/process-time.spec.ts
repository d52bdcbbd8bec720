import { expect } from 'chai';
import { type LoopDelay, processTime } from '../../src/capture/process-time';
import { eventually } from '../support/eventually';

function measured(loopDelay: LoopDelay): Promise<number> {
  return eventually(() => {
    const delayMs = loopDelay.takeMeanMs();
    if (delayMs === undefined) throw new Error('No timer has fired yet.');
    return delayMs;
  });
}

describe('the delay of the event loop', () => {
  it('is measured however often it is asked for before there is a measurement', async () => {
    const { loopDelay } = processTime();
    loopDelay.start();
    try {
      expect(await measured(loopDelay)).to.be.at.least(0);
      expect(loopDelay.takeMeanMs()).to.equal(undefined);
      expect(await measured(loopDelay)).to.be.at.least(0);
    } finally {
      loopDelay.stop();
    }
  });
});
