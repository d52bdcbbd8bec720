import type { SinkFailureKind } from '../errors';
import type { CircuitState } from './circuit';
import type { Clock } from './clock';
import { publishState } from './lane-events';
import type { LaneReports } from './lane-reports';

/** What a lane looks like when its sink comes back. */
interface Backlog {
  readonly waiting: number;
  readonly dropped: number;
}

/** Notices what changes in the state of one lane, and tells it: each outage once, and its end if it was a long one. */
export class LaneWatch {
  #isOutageTold = false;
  #isPaused = false;
  #isSpooling = false;
  #circuit: CircuitState = 'closed';
  #failingSince: number | null = null;
  #droppedBefore = 0;

  constructor(
    private readonly sinkName: string,
    private readonly clock: Clock,
    private readonly reports: LaneReports,
    private readonly backlog: () => Backlog,
  ) {}

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The sink failed, in opening or with so many records. */
  failed(reason: string, kind: SinkFailureKind, circuit: CircuitState, records: number | 'opening'): void {
    if (this.#failingSince === null) {
      this.#failingSince = this.clock.now();
      this.#droppedBefore = this.backlog().dropped;
    }
    const isPaused = kind === 'configuration';
    if (isPaused && !this.#isPaused) this.#isOutageTold = this.reports.paused(reason) || this.#isOutageTold;
    if (!this.#isOutageTold) {
      this.#isOutageTold =
        records === 'opening' ? this.reports.openFailed(reason) : this.reports.writeFailed(reason, records);
    }
    this.#become(circuit, isPaused);
  }

  /** It is tried again. */
  attempted(circuit: CircuitState): void {
    this.#become(circuit, this.#isPaused);
  }

  succeeded(): void {
    if (this.#circuit !== 'closed' && this.#failingSince !== null) {
      const { waiting, dropped } = this.backlog();
      const downMs = this.clock.now() - this.#failingSince;
      this.reports.recovered({ downMs, waiting, lost: dropped - this.#droppedBefore });
    }
    this.#failingSince = null;
    this.#isOutageTold = false;
    this.#become('closed', false);
  }

  spooling(isSpooling: boolean): void {
    if (isSpooling === this.#isSpooling) return;
    this.#isSpooling = isSpooling;
    if (isSpooling) this.reports.spoolUsed();
    this.#publish();
  }

  #become(circuit: CircuitState, isPaused: boolean): void {
    if (circuit === this.#circuit && isPaused === this.#isPaused) return;
    this.#circuit = circuit;
    this.#isPaused = isPaused;
    this.#publish();
  }

  #publish(): void {
    publishState(() => ({
      sink: this.sinkName,
      circuit: this.#circuit,
      isPaused: this.#isPaused,
      isSpooling: this.#isSpooling,
    }));
  }
}
