import type { LogRecord } from 'logged-controllers';

/** A record as JSON gives it back: its times are text. */
export type StoredRecord = Omit<LogRecord, 'at' | 'expireAt'> & { readonly at: string; readonly expireAt?: string };
