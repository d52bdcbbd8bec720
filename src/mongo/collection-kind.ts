import type { Collection } from 'mongodb';
import { classifyFailure } from './write-failure';

/** What sort of collection the records go to, as far as it changes what the sink can promise. */
export type CollectionKind = 'plain' | 'capped' | 'view' | { readonly timeField: string };

/** Asks the server. A collection that does not exist yet, or that may not be looked at, counts as plain. */
export async function detectCollectionKind(collection: Collection): Promise<CollectionKind> {
  try {
    const options = await collection.options();
    if (options['viewOn'] !== undefined) return 'view';
    const timeSeries: unknown = options['timeseries'];
    if (typeof timeSeries === 'object' && timeSeries !== null && 'timeField' in timeSeries) {
      return { timeField: String(timeSeries.timeField) };
    }
    return options['capped'] === true ? 'capped' : 'plain';
  } catch (error) {
    const { kind, code } = classifyFailure(error);
    const isMissing = error instanceof Error && error.name === 'MongoAPIError';
    const mayNotLook = kind === 'config' && code === 13;
    if (isMissing || mayNotLook) return 'plain';
    throw error;
  }
}
