import type { RejectedRecord } from '../errors';
import type { AnyRecord } from '../record/log-record';

/** A batch as text; a record that cannot be rendered is left out and listed instead of failing the others. */
export function renderBatch(
  batch: readonly AnyRecord[],
  renderRecord: (record: AnyRecord) => string,
): { readonly text: string; readonly rejected: readonly RejectedRecord[] } {
  const rejected: RejectedRecord[] = [];
  let text = '';
  for (const [index, record] of batch.entries()) {
    try {
      text += renderRecord(record);
    } catch (error) {
      const kind = error instanceof Error ? error.name : typeof error;
      rejected.push({ index, reason: `the record cannot be written as text (${kind})` });
    }
  }
  return { text, rejected };
}
