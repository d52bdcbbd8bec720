import type { LogRecord } from '../record/log-record';
import { valuesAt } from './json-path';
import type { Leak, LeakChannel } from './leak-report';
import { MIN_SENTINEL_LENGTH, type Sentinel } from './sentinel';
import { leavesOf, type SentinelSearch } from './sentinel-search';

/** Collects leaks, each once. */
export class LeakList {
  readonly #leaks = new Map<string, Leak>();

  constructor(private readonly search: SentinelSearch) {}

  addRecord(record: LogRecord): void {
    for (const { path, text } of leavesOf(record)) {
      for (const { sentinel, form } of this.search.find(text)) {
        this.#add(sentinel, { channel: 'record', where: this.search.without(path), form });
      }
    }
  }

  /** Short values turn up by chance, so they are looked for only where they were put. */
  addOwnPlaces(record: LogRecord, sentinels: readonly Sentinel[]): void {
    for (const sentinel of sentinels) {
      if (sentinel.core.length >= MIN_SENTINEL_LENGTH || sentinel.spot === null) continue;
      const { place, path } = sentinel.spot;
      const { body, query, params, headers } = record.request;
      const root: unknown = { body, query, path: params, header: headers, cookie: undefined }[place];
      const isThere = valuesAt(root, path === '' ? [] : path.split('.')).some(
        value => String(value) === sentinel.value,
      );
      if (isThere) this.#add(sentinel, { channel: 'record', where: `request.${place}.${path}`, form: 'plain' });
    }
  }

  addText(channel: LeakChannel, where: string, text: string): void {
    for (const { sentinel, form } of this.search.find(text)) this.#add(sentinel, { channel, where, form });
  }

  list(): Leak[] {
    return [...this.#leaks.values()];
  }

  #add({ route, action, field, variant }: Sentinel, found: Pick<Leak, 'channel' | 'where' | 'form'>): void {
    const leak = { route, action, field, variant, ...found };
    this.#leaks.set(JSON.stringify(leak), leak);
  }
}
