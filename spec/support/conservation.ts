import { expect } from 'chai';
import type { LaneStats } from '../../src/delivery/lane-stats';

/** No record of any lane has gone without being counted, and none counts twice. */
export function expectConservation(lanes: Readonly<Record<string, LaneStats>>): void {
  for (const [sink, lane] of Object.entries(lanes)) {
    let accountedFor = lane.delivered + lane.queued + lane.spooled + lane.inFlight;
    for (const count of Object.values(lane.dropped)) accountedFor += count;
    // Looked at so often that a chain of expectations would take most of a spec's time.
    if (accountedFor === lane.accepted) continue;
    expect.fail(
      accountedFor,
      lane.accepted,
      `${accountedFor} of ${lane.accepted} records of "${sink}" are accounted for`,
    );
  }
}
