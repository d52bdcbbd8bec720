import { expect } from 'chai';
import { memorySink } from '../../src/sinks/memory-sink';
import { sampleLoss, sampleRecords } from '../support/sample-record';

const { signal } = new AbortController();

describe('the memory sink', () => {
  it('shows what was written, oldest first', async () => {
    const sink = memorySink();
    const records = sampleRecords(3);
    await sink.write(records.slice(0, 2), signal);
    await sink.write(records.slice(2), signal);
    expect(sink.records).to.deep.equal(records);
  });

  it('lets the oldest make room for new ones', async () => {
    const sink = memorySink({ maxRecords: 2 });
    const records = sampleRecords(5);
    await sink.write(records, signal);
    expect(sink.records).to.deep.equal(records.slice(3));
  });

  it('leaves an array that was looked at as it was', async () => {
    const sink = memorySink();
    const before = sink.records;
    await sink.write(sampleRecords(1), signal);
    expect(before).to.deep.equal([]);
    expect(sink.records).to.have.length(1);
  });

  it('keeps what tells of losses apart from requests', async () => {
    const sink = memorySink();
    await sink.write(sampleRecords(1), signal);
    await sink.write([sampleLoss()], signal);
    expect(sink.records).to.deep.equal(sampleRecords(1));
    expect(sink.losses).to.deep.equal([sampleLoss()]);
    sink.clear();
    expect(sink.losses).to.deep.equal([]);
  });

  it('forgets on demand', async () => {
    const sink = memorySink();
    await sink.write(sampleRecords(1), signal);
    sink.clear();
    expect(sink.records).to.deep.equal([]);
  });
});
