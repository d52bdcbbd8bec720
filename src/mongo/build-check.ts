import { BSON, type Document } from 'mongodb';
import { classifyFailure } from './write-failure';

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/**
 * Why this document cannot be sent, or `undefined` when it can. The driver builds all documents of a call before it
 * sends the first, so one that throws holds back the others; this finds it, and is run only after that has happened.
 */
export function whyUnbuildable(document: Document): string | undefined {
  try {
    const bytes = BSON.calculateObjectSize(document, { ignoreUndefined: true });
    if (bytes >= MAX_DOCUMENT_BYTES) return `too large: ${bytes} bytes of BSON, the limit is ${MAX_DOCUMENT_BYTES}`;
    BSON.serialize(document, { ignoreUndefined: true });
    return undefined;
  } catch (error) {
    return `cannot be written as BSON: ${classifyFailure(error).words}`;
  }
}
