import type { Collection, Db, IndexDescriptionInfo, IndexDirection } from 'mongodb';
import type { CollectionKind } from './collection-kind';
import { classifyFailure } from './write-failure';

interface RecordIndex {
  readonly name: string;
  readonly key: Readonly<Record<string, IndexDirection>>;
  readonly expireAfterSeconds?: number;
}

// Each index costs every insert, so there is one per way of looking for records: the newest ones and a span of time; one
// request by its id; one action over time; failures over time. `expireAt` deletes: it holds the very moment, so that
// records of one collection can live for different times.
export const RECORD_INDEXES: readonly RecordIndex[] = [
  { name: 'at_-1', key: { at: -1 } },
  { name: 'requestId_1', key: { requestId: 1 } },
  {
    name: 'handler.controller_1_handler.action_1_at_-1',
    key: { 'handler.controller': 1, 'handler.action': 1, at: -1 },
  },
  { name: 'statusClass_1_at_-1', key: { statusClass: 1, at: -1 } },
  { name: 'expireAt_1', key: { expireAt: 1 }, expireAfterSeconds: 0 },
];

const INDEX_OPTIONS_CONFLICT = 85;
const INDEX_KEY_SPECS_CONFLICT = 86;

/** An index that could not be made. */
export interface IndexProblem {
  readonly index: string;
  readonly words: string;
  /** Whether another attempt may succeed without anybody touching the index. */
  readonly isRetryable: boolean;
}

export interface IndexPlace {
  readonly collection: Collection;
  readonly database: Db | undefined;
  readonly kind: CollectionKind;
}

/** Creates what is missing of {@link RECORD_INDEXES}, one by one, so that a conflict stops only its own index. */
export async function ensureIndexes(place: IndexPlace): Promise<readonly IndexProblem[]> {
  const problems: IndexProblem[] = [];
  for (const index of RECORD_INDEXES) {
    // In capped and time series collections the server itself decides what is deleted.
    if (index.expireAfterSeconds !== undefined && place.kind !== 'plain') continue;
    const problem = await ensureIndex(index, place);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

async function ensureIndex(index: RecordIndex, place: IndexPlace): Promise<IndexProblem | undefined> {
  const { key, ...options } = index;
  try {
    await place.collection.createIndex(key, options);
    return undefined;
  } catch (error) {
    const { code, words } = classifyFailure(error);
    const isConflict = code === INDEX_OPTIONS_CONFLICT || code === INDEX_KEY_SPECS_CONFLICT;
    if (!isConflict) return { index: index.name, words, isRetryable: true };
    return resolveConflict(index, place, words);
  }
}

/** An index with our key under another name serves as well; one that expires at another time is changed in place. */
async function resolveConflict(
  index: RecordIndex,
  { collection, database }: IndexPlace,
  words: string,
): Promise<IndexProblem | undefined> {
  try {
    const existing = (await collection.indexes()).find(other => hasKey(other, index.key));
    if (existing === undefined) return { index: index.name, words, isRetryable: false };
    const { expireAfterSeconds } = index;
    if (expireAfterSeconds === undefined || existing['expireAfterSeconds'] === expireAfterSeconds) return undefined;
    if (database === undefined) return { index: index.name, words, isRetryable: false };
    await database.command({
      collMod: collection.collectionName,
      index: { name: existing.name, expireAfterSeconds },
    });
    return undefined;
  } catch (error) {
    return { index: index.name, words: classifyFailure(error).words, isRetryable: true };
  }
}

function hasKey({ key }: IndexDescriptionInfo, wanted: RecordIndex['key']): boolean {
  return JSON.stringify(key instanceof Map ? Object.fromEntries(key) : key) === JSON.stringify(wanted);
}
