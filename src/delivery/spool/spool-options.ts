import { LoggingError } from '../../errors';
import { refuseUnknownKeys, requireInteger, requireOneOf, requireText } from '../../option-checks';

/**
 * Which records a lane puts on the disk: those that no longer fit into its queue, or every record as soon as it is
 * accepted, so that it outlives the process.
 */
export type SpoolMode = 'overflow' | 'always';

/** Where and how lanes keep records on the disk. */
export interface SpoolOptions {
  /** Folder of all spools; several processes may share it. It must lie on a file system of this host. */
  readonly directory: string;
  /** @defaultValue 'overflow' */
  readonly mode?: SpoolMode;
  /** Most bytes on the disk, for each sink of each process. @defaultValue 536870912 (512 MiB) */
  readonly maxBytes?: number;
  /** Longest time a record waits to be written, in milliseconds: what a killed process loses. @defaultValue 10 */
  readonly commitMs?: number;
  /**
   * Longest time until a record is safe from a power failure, in milliseconds. 0 makes it safe with each write.
   *
   * @defaultValue 500
   */
  readonly fsyncMs?: number;
  /** Size at which a new file is begun, in bytes. A file is deleted when all its records are delivered. @defaultValue 4194304 (4 MiB) */
  readonly segmentBytes?: number;
}

const DEFAULTS: Required<Omit<SpoolOptions, 'directory'>> = {
  mode: 'overflow',
  maxBytes: 512 * 1024 ** 2,
  commitMs: 10,
  fsyncMs: 500,
  segmentBytes: 4 * 1024 ** 2,
};

/**
 * Fills in the defaults and checks every value.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`, naming the option, its range and the value given.
 * @example
 * resolveSpoolOptions({ directory: './.spool' }).commitMs; // 10
 */
export function resolveSpoolOptions(options: SpoolOptions): Required<SpoolOptions> {
  refuseUnknownKeys('spool', options, ['directory', ...Object.keys(DEFAULTS)]);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved = { ...DEFAULTS, directory: undefined as unknown as string, ...given };
  requireText('spool.directory', resolved.directory);
  requireOneOf('spool.mode', resolved.mode, ['overflow', 'always']);
  requireInteger('spool.maxBytes', resolved.maxBytes, { min: 8_192, max: 1024 ** 4, unit: 'bytes' });
  requireInteger('spool.commitMs', resolved.commitMs, { min: 1, max: 1_000, unit: 'milliseconds' });
  requireInteger('spool.fsyncMs', resolved.fsyncMs, { min: 0, max: 60_000, unit: 'milliseconds' });
  requireInteger('spool.segmentBytes', resolved.segmentBytes, { min: 4_096, max: 64 * 1024 ** 2, unit: 'bytes' });
  // A file goes only when all of it is delivered: with less room, one record could keep the spool full.
  if (resolved.segmentBytes * 2 > resolved.maxBytes) {
    throw new LoggingError(
      'OPTION_INVALID',
      `spool.segmentBytes must be at most half of spool.maxBytes, got ${resolved.segmentBytes} and ${resolved.maxBytes}.`,
    );
  }
  return resolved;
}
