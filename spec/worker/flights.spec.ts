import { expect } from 'chai';
import type { Snapshot } from '../../src/record/snapshot';
import { Flights, sizeOf } from '../../src/worker/flights';
import { RestartPolicy } from '../../src/worker/restart-policy';

const flightsOf = (count: number, bytes = 100): Flights => {
  const flights = new Flights();
  for (let at = 0; at < count; at++) flights.addSnapshot({ id: String(at) } as Snapshot, bytes);
  return flights;
};

/** The ids of all that departs, batch by batch. */
function departures(flights: Flights): string[] {
  const batches: string[] = [];
  for (let next = flights.depart(); next; next = flights.depart()) {
    batches.push(next.flight.snapshots.map(({ id }) => id).join());
  }
  return batches;
}

describe('what goes to a worker', () => {
  it('goes in order, at most 64 at once', () => {
    const flights = flightsOf(130);
    expect(departures(flights).map(batch => batch.split(',').length)).to.deep.equal([64, 64, 2]);
  });

  it('goes in batches of about a megabyte, and at most some eight of those are under way', () => {
    const flights = flightsOf(40, 600_000);
    expect(departures(flights)).to.have.length(7);
    expect(flights.land(1)).to.have.property('bytes', 1_200_000);
    expect(departures(flights)).to.have.length(1);
    expect(flights.bytes).to.equal(38 * 600_000);
  });

  it('comes back when the worker ends, in order and before all that waits', () => {
    const flights = flightsOf(66);
    departures(flights);
    flights.addSnapshot({ id: 'later' } as Snapshot, 100);
    expect(flights.comeBack()).to.equal(undefined);
    expect(departures(flights).map(batch => batch.split(',').length)).to.deep.equal([64, 2, 1]);
    expect(flights.land(1), 'an answer of the worker that is gone').to.equal(undefined);
  });

  it('goes one by one, before all that waits, when it could not be sent together', () => {
    const flights = flightsOf(65);
    const first = flights.depart()!;
    flights.land(first.number);
    expect(flights.divide(first.flight)).to.equal(true);
    expect(flights.bytes).to.equal(6_500);
    const batches = departures(flights);
    expect([batches.length, batches[0], batches.at(-1)]).to.deep.equal([65, '0', '64']);
    const alone = flightsOf(1).depart()!;
    expect(flights.divide(alone.flight)).to.equal(false);
  });

  it('goes one by one after it ended two workers, and what ends one alone is given up', () => {
    const flights = flightsOf(3);
    departures(flights);
    flights.comeBack();
    departures(flights);
    expect(flights.comeBack()).to.equal(undefined);
    expect(departures(flights)).to.deep.equal(['0', '1', '2']);
    const givenUp = flights.comeBack()!;
    expect(givenUp.snapshots.map(({ id }) => id)).to.deep.equal(['0']);
    expect(sizeOf(givenUp)).to.equal(1);
    expect(departures(flights)).to.deep.equal(['1', '2']);
  });
});

describe('the next worker', () => {
  it('comes at once, then after longer and longer waits, and not after five quick ends', () => {
    const policy = new RestartPolicy();
    const waits = [1, 1, 1, 1, 1].map(ageMs => policy.afterCrash(ageMs));
    expect(waits).to.deep.equal([0, 50, 100, 200, undefined]);
  });

  it('comes at once when the last one had worked for a while', () => {
    const policy = new RestartPolicy();
    expect([1, 1, 60_000, 1].map(ageMs => policy.afterCrash(ageMs))).to.deep.equal([0, 50, 0, 50]);
  });
});
