import { type Drop, type DropReason, type LaneStats, noDrops } from '../delivery/lane-stats';

type Sinks = Readonly<Record<string, LaneStats>>;

/** Where records may be; nowhere, when there is no worker. */
const EMPTY = { queued: 0, queuedBytes: 0, spooled: 0, spooledBytes: 0, inFlight: 0, oldestAt: null };

function nothingYet(writeLimit: number): LaneStats {
  return {
    ...EMPTY,
    state: 'idle',
    circuit: 'closed',
    writeLimit,
    accepted: 0,
    recovered: 0,
    delivered: 0,
    dropped: noDrops(),
    deadLetters: 0,
    batches: 0,
    retries: 0,
    failingSince: null,
    lastError: null,
    lastDeliveredAt: null,
  };
}

/** The lanes of all workers that one `Logging` has had, as if they were one's. */
export class LaneHistory {
  #ended: Record<string, LaneStats>;
  #now: Sinks = {};

  /** @param writeLimits Of each sink, by its name, before there is a worker to tell it. */
  constructor(writeLimits: ReadonlyMap<string, number>) {
    this.#ended = Object.fromEntries(Array.from(writeLimits, ([name, limit]) => [name, nothingYet(limit)]));
  }

  /** What the worker reported about its lanes. */
  note(sinks: Sinks): void {
    this.#now = sinks;
  }

  stats(): Record<string, LaneStats> {
    return Object.fromEntries(Object.entries(this.#ended).map(([name, ended]) => [name, sum(ended, this.#now[name])]));
  }

  /** The worker is gone, and with it what was in its lanes. Returns the losses. */
  end(reason: DropReason): Drop[] {
    const losses: Drop[] = [];
    for (const [sink, { accepted, queued, inFlight, spooled, dropped, ...stats }] of Object.entries(this.stats())) {
      const count = queued + inFlight;
      if (count > 0) losses.push({ sink, reason, count });
      this.#ended[sink] = {
        ...stats,
        ...EMPTY,
        // What is on the disk comes in again, in this process or another.
        accepted: accepted - spooled,
        state: reason === 'closed' ? 'closed' : 'idle',
        dropped: { ...dropped, [reason]: dropped[reason] + count },
      };
    }
    this.#now = {};
    return losses;
  }
}

function sum(ended: LaneStats, now: LaneStats | undefined): LaneStats {
  if (!now) return ended;
  const dropped = { ...ended.dropped };
  for (const reason of Object.keys(now.dropped) as DropReason[]) {
    dropped[reason] = (dropped[reason] ?? 0) + now.dropped[reason];
  }
  return {
    ...now,
    accepted: ended.accepted + now.accepted,
    recovered: ended.recovered + now.recovered,
    delivered: ended.delivered + now.delivered,
    deadLetters: ended.deadLetters + now.deadLetters,
    batches: ended.batches + now.batches,
    retries: ended.retries + now.retries,
    dropped,
    lastError: now.lastError ?? ended.lastError,
    lastDeliveredAt: now.lastDeliveredAt ?? ended.lastDeliveredAt,
  };
}
