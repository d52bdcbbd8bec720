import { LoggingError } from '../errors';

/**
 * What the kit does to an action: a request that succeeds, one that is refused, one whose action throws, and one that
 * breaks off.
 */
export type LeakVariant = 'success' | 'invalid' | 'throw' | 'abort';

/** How a sentinel was found: as it is, or encoded, or as a hash that needs no key. */
export type LeakForm =
  | 'plain'
  | 'url-encoded'
  | 'json-escaped'
  | 'base64'
  | 'base64url'
  | 'hex'
  | `${'md5' | 'sha1' | 'sha256' | 'sha512'} hash`;

/** Where a sentinel was found. */
export type LeakChannel = 'record' | 'console' | 'file' | 'onError' | 'onDrop';

/** A sentinel that came out. The value itself is not part of it. */
export interface Leak {
  /** `POST /payments` */
  readonly route: string;
  /** `PaymentsController.pay` */
  readonly action: string;
  /** What was leaked, as {@link CoverageField.id} names it: `POST /payments body.card.number`. */
  readonly field: string;
  readonly variant: LeakVariant;
  readonly channel: LeakChannel;
  /** Path in the record, name of the file or stream, or code of the error. */
  readonly where: string;
  readonly form: LeakForm;
}

/** Something that the kit could not do, so that nothing is known of it. */
export interface NotReached {
  readonly route: string;
  readonly action: string;
  readonly variant: LeakVariant | 'all';
  /** The field, when it is about one only. */
  readonly field?: string;
  /** Why, and what helps. */
  readonly reason: string;
}

/** What {@link leakTest} did and found. */
export interface LeakReport {
  readonly routes: number;
  readonly requests: number;
  /** Records that were made of these requests. */
  readonly records: number;
  /** Values that were planted or met in responses, each of them looked for everywhere. */
  readonly sentinels: number;
  readonly leaks: readonly Leak[];
  readonly notReached: readonly NotReached[];
}

const TOLD_LEAKS = 20;

/** Thrown by {@link leakTest} when a sentinel came out; `report` holds everything. */
export class LeakError extends LoggingError<'LEAK_FOUND'> {
  override readonly name = 'LeakError';

  constructor(readonly report: LeakReport) {
    const { leaks } = report;
    const more = leaks.length > TOLD_LEAKS ? [`and ${leaks.length - TOLD_LEAKS} more, in error.report.leaks`] : [];
    super(
      'LEAK_FOUND',
      [
        `${counted(new Set(leaks.map(({ field }) => field)).size, 'field')} leaked, in ${counted(leaks.length, 'place')}:`,
        ...leaks.slice(0, TOLD_LEAKS).map(describeLeak),
        ...more,
        'Mark the field with @Sensitive(), or with @Sensitive(false) if its value is harmless.',
      ].join('\n'),
    );
  }
}

function describeLeak({ field, action, variant, channel, where, form }: Leak): string {
  return `- ${field} (${action}, ${variant}) in ${channel} ${where}, ${form}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
