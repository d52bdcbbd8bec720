import { LoggingError, type Report } from '../errors';
import { settledWithin } from '../settled-within';
import { ensureIndexes, type IndexPlace, type IndexProblem } from './indexes';

const CLOSE_WAIT_MS = 2_000;

/**
 * Makes the indexes beside the writes and never in their way. What could not be made is reported once, and tried again
 * after 1, 2, 4, 8 … stored batches: a stored batch shows that there is a primary, and no timer has to be kept.
 */
export class IndexKeeper {
  readonly #sink: string;
  readonly #placeName: string;
  #report: Report = () => {};
  #place: IndexPlace | undefined;
  #running: Promise<void> | undefined;
  #isDone = false;
  #isClosed = false;
  #hasReported = false;
  #batchesToWait = 1;
  #batchesSinceAttempt = 0;

  constructor(sink: string, placeName: string) {
    this.#sink = sink;
    this.#placeName = placeName;
  }

  /** Starts in the background. */
  start(place: IndexPlace, report: Report): void {
    this.#place = place;
    this.#report = report;
    this.#attempt();
  }

  /** Notes a stored batch. */
  noteStored(): void {
    if (this.#place === undefined || this.#isDone || this.#running !== undefined) return;
    this.#batchesSinceAttempt += 1;
    if (this.#batchesSinceAttempt < this.#batchesToWait) return;
    this.#batchesToWait *= 2;
    this.#attempt();
  }

  /** Lets the running attempt end, within bounds; what then fails because the client is closed is not reported. */
  async close(): Promise<void> {
    if (this.#running) await settledWithin(CLOSE_WAIT_MS, this.#running);
    this.#isClosed = true;
  }

  #attempt(): void {
    const place = this.#place;
    if (place === undefined || this.#isClosed || this.#running !== undefined) return;
    this.#batchesSinceAttempt = 0;
    this.#running = ensureIndexes(place)
      .then(problems => this.#conclude(problems))
      .finally(() => {
        this.#running = undefined;
      });
  }

  #conclude(problems: readonly IndexProblem[]): void {
    this.#isDone = problems.every(({ isRetryable }) => !isRetryable);
    if (problems.length === 0 || this.#hasReported || this.#isClosed) return;
    this.#hasReported = true;
    const list = problems.map(({ index, words }) => `${index} (${words})`).join(', ');
    const message =
      `Sink "${this.#sink}" could not make these indexes of ${this.#placeName}: ${list}. Records are stored all the ` +
      'same. Allow createIndex, drop the index that is in the way, or make them yourself and set `indexes: false`.';
    this.#report(new LoggingError('INDEX_FAILED', message));
  }
}
