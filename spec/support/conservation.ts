import { expect } from 'chai';
import type { LaneStats } from '../../src/delivery/lane-stats';

/** No record of any lane has gone without being counted, and none counts twice. */
export function expectConservation(lanes: Readonly<Record<string, LaneStats>>): void {
  for (const [sink, lane] of Object.entries(lanes)) {
    const dropped = Object.values(lane.dropped).reduce((sum, count) => sum + count, 0);
    const accountedFor = lane.delivered + lane.queued + lane.spooled + lane.inFlight + dropped;
    expect(accountedFor, `records of "${sink}" that are accounted for`).to.equal(lane.accepted);
  }
}
