import { refuseUnknownKeys, requireInteger, requireText } from '../option-checks';

/** Where records go that a sink can never take. */
export interface DeadLetterOptions {
  /** Folder of the files, one for each sink: `<sink>-dead-letters.ndjson`. @defaultValue './.logged' */
  readonly directory?: string;
  /** Most bytes of one file; what does not fit is only counted. @defaultValue 67108864 (64 MiB) */
  readonly maxBytes?: number;
}

/**
 * Fills in the defaults and checks every value; `null` when rejected records are only counted.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`.
 */
export function resolveDeadLetterOptions(options: DeadLetterOptions | false = {}): Required<DeadLetterOptions> | null {
  if (options === false) return null;
  refuseUnknownKeys('delivery.deadLetters', options, ['directory', 'maxBytes']);
  const { directory = './.logged', maxBytes = 64 * 1024 ** 2 } = options;
  requireText('delivery.deadLetters.directory', directory);
  requireInteger('delivery.deadLetters.maxBytes', maxBytes, { min: 1, max: 1024 ** 4, unit: 'bytes' });
  return { directory, maxBytes };
}
