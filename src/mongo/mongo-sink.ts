import type { Document } from 'mongodb';
import { LoggingError, SinkError, type RejectedRecord, type Report } from '../errors';
import { expireAt } from '../record/expire-at';
import type { AnyRecord } from '../record/log-record';
import type { Sink, SinkContext, WriteResult } from '../sinks/sink';
import { withRecipe } from '../sinks/sink-recipe';
import { untilAborted } from '../until-aborted';
import { BatchWriter } from './batch-writer';
import { detectCollectionKind, type CollectionKind } from './collection-kind';
import { prepareConnection, type Connection } from './connection';
import { IndexKeeper } from './index-keeper';
import { resolveMongoSinkOptions, type MongoSinkOptions, type ResolvedMongoSinkOptions } from './mongo-sink-options';
import { classifyFailure, retryAfterMs, sinkFailureKind, type Failure } from './write-failure';

/**
 * Stores records in a MongoDB collection. A batch is one `insertMany`; a record that comes again is recognised by its
 * `_id` and counts as delivered, and one that the server can never store is put aside without holding back the others.
 *
 * @throws {@link LoggingError} `OPTION_INVALID` or `OPTION_UNKNOWN`, naming the option
 *
 * @example
 * const logging = createLogging({
 *   sinks: [mongoSink({ url: process.env.MONGODB_URL, collection: 'requests', expireAfterDays: 30 })],
 * });
 */
export function mongoSink(options: MongoSinkOptions): Sink {
  const resolved = resolveMongoSinkOptions(options);
  const sink = new MongoSink(resolved);
  // A collection belongs to a client of the application, which is in its thread.
  const isOurs = 'url' in resolved.destination;
  return isOurs ? withRecipe(sink, { target: __filename, export: mongoSink.name, options }) : sink;
}

class MongoSink implements Sink {
  readonly name: string;
  // Truly private, so that a sink that is printed does not show the client and the credentials in it.
  readonly #connection: Connection;
  readonly #writer: BatchWriter;
  readonly #indexes: IndexKeeper | undefined;
  readonly #expireAfterDays: number | undefined;
  #report: Report = () => {};
  #isClosed = false;

  constructor({ destination, name, expireAfterDays, indexes }: ResolvedMongoSinkOptions) {
    this.name = name;
    this.#connection = prepareConnection(destination);
    const { collection, place } = this.#connection;
    this.#writer = new BatchWriter(documents =>
      collection.insertMany(documents, { ordered: false, forceServerObjectId: false, ignoreUndefined: true }),
    );
    this.#indexes = indexes ? new IndexKeeper(name, place) : undefined;
    this.#expireAfterDays = expireAfterDays;
  }

  async open({ report }: SinkContext): Promise<void> {
    this.#requireOpen();
    this.#report = report;
    const { collection, database } = this.#connection;
    await this.#connectClient('cannot be opened');
    let kind: CollectionKind;
    try {
      kind = await detectCollectionKind(collection);
    } catch (error) {
      throw this.#sinkError('cannot be opened', classifyFailure(error));
    }
    this.#checkKind(kind);
    this.#indexes?.start({ collection, database, kind }, report);
  }

  async write(batch: readonly AnyRecord[], signal: AbortSignal): Promise<void | WriteResult> {
    await this.#connect(signal);
    const { rejected, failure } = await this.#writer.write(
      batch.map(record => this.#toDocument(record)),
      signal,
    );
    if (failure !== undefined) throw this.#sinkError('did not take the batch', failure, rejected);
    this.#indexes?.noteStored();
    return rejected.length > 0 ? { rejected } : undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#indexes?.close();
    await this.#connection.client?.close(true);
  }

  async #connect(signal: AbortSignal): Promise<void> {
    this.#requireOpen();
    const { client, place } = this.#connection;
    if (client === undefined) return;
    const outOfTime = (): SinkError =>
      new SinkError(`${place} cannot be reached: no answer before the deadline.`, { retryable: true });
    await untilAborted(this.#connectClient('cannot be reached'), signal, outOfTime);
  }

  /** A client that still looks a name up has nothing that could be closed yet, and connects afterwards. */
  async #connectClient(failed: string): Promise<void> {
    const { client } = this.#connection;
    try {
      await client?.connect();
    } catch (error) {
      throw this.#sinkError(failed, classifyFailure(error));
    }
    if (!this.#isClosed) return;
    await client?.close(true);
    this.#requireOpen();
  }

  /** The driver would open a closed client again, and nobody would close it a second time. */
  #requireOpen(): void {
    if (this.#isClosed) throw new SinkError(`${this.#connection.place}: the sink is closed.`, { retryable: true });
  }

  #checkKind(kind: CollectionKind): void {
    if (kind === 'plain') return;
    if (kind === 'view') {
      throw this.#wrongKind('a view takes no records', 'Give `collection` the name of a collection.');
    }
    if (kind === 'capped') {
      this.#warn('is capped: the server deletes its oldest records when it is full, and `expireAt` has no effect.');
      return;
    }
    if (kind.timeField !== 'at') {
      throw this.#wrongKind('a time series over a field that records do not have', 'Its time field must be "at".');
    }
    this.#warn(
      'is a time series, which has no unique `_id`: a batch that is sent again after a failure is stored twice, and ' +
        '`expireAt` has no effect (set expireAfterSeconds of the collection).',
    );
  }

  #wrongKind(words: string, remedy: string): SinkError {
    return this.#sinkError('cannot be opened', { kind: 'config', words, labels: [], remedy });
  }

  #warn(what: string): void {
    this.#report(new LoggingError('COLLECTION_LIMITED', `${this.#connection.place} ${what}`));
  }

  /** A copy: the retention is ours to add, and what was given stays as it was. */
  #toDocument(record: AnyRecord): Document {
    if (this.#expireAfterDays === undefined || record.expireAt !== undefined) return { ...record };
    return { ...record, expireAt: expireAt(record.at, this.#expireAfterDays) };
  }

  #sinkError(what: string, failure: Failure, rejected: readonly RejectedRecord[] = []): SinkError {
    const { kind, words, code, labels, remedy } = failure;
    const wait = retryAfterMs(kind);
    // The driver's error holds documents and hosts; this one says which it was and no more.
    const cause = Object.assign(new Error(words), { ...(code !== undefined && { code }), labels });
    return new SinkError(`${this.#connection.place} ${what}: ${words}.${remedy === undefined ? '' : ` ${remedy}`}`, {
      retryable: true,
      kind: sinkFailureKind(kind),
      rejected,
      cause,
      ...(wait !== undefined && { retryAfterMs: wait }),
    });
  }
}
