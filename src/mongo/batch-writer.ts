import type { Document } from 'mongodb';
import type { RejectedRecord } from '../errors';
import { untilAborted } from '../until-aborted';
import { whyUnbuildable } from './build-check';
import { readFailedInsert, type Failure } from './write-failure';

/** What became of a batch: every record is stored or rejected, unless `failure` says why the batch must come again. */
export interface BatchOutcome {
  readonly rejected: readonly RejectedRecord[];
  readonly failure?: Failure;
}

/** Sends documents in one unordered `insertMany`. */
export type Insert = (documents: Document[]) => Promise<unknown>;

interface Numbered {
  readonly index: number;
  readonly document: Document;
}

/** What is known so far about the batch that is being written. */
interface Progress {
  readonly signal: AbortSignal;
  readonly rejected: RejectedRecord[];
  /** Refused when sent alone, while nothing else shows that the server would take any document at all. */
  readonly suspects: { readonly index: number; readonly failure: Failure }[];
  /** Attempts of this batch that ended without a known reason, before this one. */
  readonly unexplained: number;
  hasStored: boolean;
}

// An unknown refusal may pass by itself, so documents are singled out only after some attempts. If even then the server
// takes none of them, it is more likely the server than the documents; in the end the batch must not block the others.
const UNEXPLAINED_BEFORE_ISOLATING = 4;
const UNEXPLAINED_BEFORE_REJECTING = 20;

const OUT_OF_TIME = new Error('aborted');

/**
 * Writes batches so that one document which the server can never take does not hold back the others: it is found by the
 * place that the server names, by building each document alone, or by halving the batch.
 */
export class BatchWriter {
  readonly #insert: Insert;
  #hasEverStored = false;
  #unexplained: { readonly id: unknown; readonly attempts: number } | undefined;

  constructor(insert: Insert) {
    this.#insert = insert;
  }

  async write(documents: readonly Document[], signal: AbortSignal): Promise<BatchOutcome> {
    const id = documents[0]?._id;
    const progress: Progress = {
      signal,
      rejected: [],
      suspects: [],
      unexplained: this.#unexplained?.id === id ? (this.#unexplained?.attempts ?? 0) : 0,
      hasStored: false,
    };
    const broken = await this.#store(
      documents.map((document, index) => ({ index, document })),
      progress,
    );
    const failure = broken ?? this.#judgeSuspects(progress);
    const isUnexplained = failure?.kind === 'unknown' || failure?.kind === 'poison';
    this.#unexplained = isUnexplained ? { id, attempts: progress.unexplained + 1 } : undefined;
    const rejected = progress.rejected.sort((a, b) => a.index - b.index);
    if (failure === undefined) return { rejected };
    return { rejected, failure: isUnexplained ? { ...failure, kind: 'unknown' } : failure };
  }

  /** Stores a part of the batch. Answers with what keeps it from being complete. */
  async #store(part: readonly Numbered[], progress: Progress): Promise<Failure | undefined> {
    if (progress.signal.aborted) return deadlineFailure();
    try {
      const inserted = this.#insert(part.map(({ document }) => document));
      await untilAborted(inserted, progress.signal, () => OUT_OF_TIME);
      this.#noteStored(progress);
      return undefined;
    } catch (error) {
      if (error === OUT_OF_TIME) return deadlineFailure();
      return this.#recover(part, error, progress);
    }
  }

  async #recover(part: readonly Numbered[], error: unknown, progress: Progress): Promise<Failure | undefined> {
    const { command, documents, isIncomplete } = readFailedInsert(error);
    const refused = [...documents.values()].filter(({ kind }) => kind !== 'delivered').length;
    if (!isIncomplete && refused < part.length) this.#noteStored(progress);

    let failure: Failure | undefined;
    for (const [place, cause] of documents) {
      const index = part[place]?.index;
      if (index === undefined || cause.kind === 'delivered') continue;
      const isSettled = cause.kind === 'unknown' && progress.unexplained >= UNEXPLAINED_BEFORE_ISOLATING;
      if (cause.kind === 'poison' || isSettled) progress.rejected.push({ index, reason: cause.words });
      else failure = cause;
    }
    if (command === undefined) return failure;

    // What the server has named already must not be sent, refused and counted again.
    const rest = part.filter((_, place) => !documents.has(place));
    if (command.kind === 'build') return this.#storeBuildable(rest, command, progress);
    if (this.#mayIsolate(command, progress)) return (await this.#isolate(rest, command, progress)) ?? failure;
    return command;
  }

  async #storeBuildable(part: readonly Numbered[], command: Failure, progress: Progress): Promise<Failure | undefined> {
    const buildable: Numbered[] = [];
    for (const numbered of part) {
      const reason = whyUnbuildable(numbered.document);
      if (reason === undefined) buildable.push(numbered);
      else progress.rejected.push({ index: numbered.index, reason });
    }
    if (buildable.length === 0) return undefined;
    if (buildable.length < part.length) return this.#store(buildable, progress);
    const unknown: Failure = { ...command, kind: 'unknown' };
    return this.#mayIsolate(unknown, progress) ? this.#isolate(part, unknown, progress) : unknown;
  }

  #mayIsolate({ kind }: Failure, { unexplained }: Progress): boolean {
    if (unexplained >= UNEXPLAINED_BEFORE_REJECTING) return kind === 'poison' || kind === 'unknown';
    if (kind === 'poison') return this.#hasEverStored || unexplained === 0;
    return kind === 'unknown' && unexplained === UNEXPLAINED_BEFORE_ISOLATING;
  }

  /** Halves a refused part until the documents that are refused alone are left. */
  async #isolate(part: readonly Numbered[], failure: Failure, progress: Progress): Promise<Failure | undefined> {
    const [only] = part;
    if (only === undefined) return undefined;
    if (part.length === 1) {
      progress.suspects.push({ index: only.index, failure });
      return undefined;
    }
    const middle = Math.ceil(part.length / 2);
    return (await this.#store(part.slice(0, middle), progress)) ?? (await this.#store(part.slice(middle), progress));
  }

  /** Rejects what was refused alone if the server is known to take others, else gives the reason to come again. */
  #judgeSuspects({ suspects, rejected, hasStored, unexplained }: Progress): Failure | undefined {
    let doubted: Failure | undefined;
    for (const { index, failure } of suspects) {
      const isProven = failure.kind === 'poison' ? this.#hasEverStored : hasStored;
      if (isProven || unexplained >= UNEXPLAINED_BEFORE_REJECTING) rejected.push({ index, reason: failure.words });
      else doubted = { ...failure, remedy: 'Every record of the batch was refused: look into the log of the server.' };
    }
    return doubted;
  }

  #noteStored(progress: Progress): void {
    progress.hasStored = true;
    this.#hasEverStored = true;
  }
}

function deadlineFailure(): Failure {
  return { kind: 'retry', words: 'no answer before the deadline', labels: [] };
}
