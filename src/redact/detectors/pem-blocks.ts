import type { Spans } from '../value-search';

const START = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const MAX_LABEL_LENGTH = 64;

/** Keys and certificates between their two lines; a block without an end reaches to the end of the text. */
export function findPemBlocks(text: string): Spans {
  const spans: number[] = [];
  for (let from = text.indexOf(START); from !== -1;) {
    const label = from + START.length;
    const labelEnd = text.slice(label, label + MAX_LABEL_LENGTH + DASHES.length).indexOf(DASHES);
    if (labelEnd < 1) {
      from = text.indexOf(START, label);
      continue;
    }
    const end = text.indexOf(END, label);
    const last = end === -1 ? -1 : text.indexOf(DASHES, end + END.length);
    const to = last === -1 ? text.length : last + DASHES.length;
    spans.push(from, to);
    from = text.indexOf(START, to);
  }
  return spans;
}
