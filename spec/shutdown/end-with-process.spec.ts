import { expect } from 'chai';
import { createLogging, memorySink } from '../../src';

describe('loggings that end with the process', () => {
  it('share one listener, which goes with the last of them', async () => {
    const before = process.listenerCount('exit');
    const loggings = Array.from({ length: 20 }, () => createLogging({ sinks: [memorySink()] }));
    const during = process.listenerCount('exit');
    for (const logging of loggings) await logging.close();
    expect(during - before).to.be.at.most(1);
    expect(process.listenerCount('exit')).to.equal(before);
    const disabled = createLogging({ enabled: false });
    expect(process.listenerCount('exit')).to.equal(before);
    await disabled.close();
  });
});
