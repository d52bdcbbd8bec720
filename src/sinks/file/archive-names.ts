import { parse } from 'node:path';

/** Files that hold the records up to one rotation: plain, compressed, or both after a crash between the two. */
export interface Archive {
  /** When it was rotated, in milliseconds since 1970: every record in it is older. */
  readonly rotatedAt: number;
  /** Name of the uncompressed file, whether or not it exists. */
  readonly fileName: string;
  readonly hasPlain: boolean;
  readonly hasCompressed: boolean;
}

const STAMP = String.raw`(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)`;

/** Rotated files are named so that they sort by time: `requests-2026-11-22T10-15-00-000Z.ndjson`. */
export function archiveName(fileName: string, rotatedAt: number): string {
  const { name, ext } = parse(fileName);
  return `${name}-${new Date(rotatedAt).toISOString().replace(/[:.]/g, '-')}${ext}`;
}

/** The archives of `fileName` among the names in a folder, oldest first. Other files are none of our business. */
export function findArchives(fileName: string, names: readonly string[]): readonly Archive[] {
  const { name, ext } = parse(fileName);
  const pattern = new RegExp(`^${escapePattern(name)}-${STAMP}${escapePattern(ext)}(\\.gz)?$`);
  const archives = new Map<string, Archive>();
  for (const candidate of names) {
    const match = pattern.exec(candidate);
    const rotatedAt = match ? parseStamp(match[1]!) : Number.NaN;
    if (!match || Number.isNaN(rotatedAt)) continue;
    const isCompressed = match[2] !== undefined;
    const plainName = isCompressed ? candidate.slice(0, -'.gz'.length) : candidate;
    const twin = archives.get(plainName);
    archives.set(plainName, {
      rotatedAt,
      fileName: plainName,
      hasPlain: !isCompressed || (twin?.hasPlain ?? false),
      hasCompressed: isCompressed || (twin?.hasCompressed ?? false),
    });
  }
  return [...archives.values()].sort((a, b) => a.rotatedAt - b.rotatedAt);
}

function parseStamp(stamp: string): number {
  return Date.parse(stamp.replace(/T(\d\d)-(\d\d)-(\d\d)-/, 'T$1:$2:$3.'));
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
