/** A stretch of time, in milliseconds of `performance.now()`. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A turn of the event loop, or its beginning, in which the application did nothing. */
export interface TurnPiece extends Span {
  /** Of it the thread waited for a core, which is the machine's doing. */
  readonly waitedMs: number;
}

export interface LongestTurn {
  /** Without what it waited for a core. */
  readonly ms: number;
  /** Of it the collection of garbage, the application's as well. */
  readonly collectionMs: number;
}

const lengthOf = ({ startMs, endMs, waitedMs }: TurnPiece): number => Math.max(0, endMs - startMs - waitedMs);

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.endMs, other.endMs) - Math.max(one.startMs, other.startMs));
}

export function longestTurn(pieces: readonly TurnPiece[], collections: readonly Span[]): LongestTurn {
  const [longest] = [...pieces].sort((left, right) => lengthOf(right) - lengthOf(left));
  if (!longest) return { ms: 0, collectionMs: 0 };
  const collectionMs = collections.reduce((sum, each) => sum + overlap(each, longest), 0);
  return { ms: lengthOf(longest), collectionMs };
}
