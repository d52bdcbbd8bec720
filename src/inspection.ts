import type Koa from 'koa';
import type { Context } from 'koa';
import type { ActionBinding } from './capture/action-binding';
import type { Class } from './decorators/metadata';
import type { Drop } from './delivery/lane-stats';
import type { LoggingError } from './errors';
import type { LogRecord } from './record/log-record';
import type { FieldVerdict } from './redact/describe-fields';

/** Under this key a `Logging` lets this package's own checks look inside. Not part of the public interface. */
export const INSPECTION = Symbol.for('logged-controllers:inspection');

/** Gets everything that leaves a `Logging`, before anybody else. */
export interface LoggingTap {
  record(record: LogRecord, source: { readonly context: Context; readonly result: unknown }): void;
  report(error: LoggingError): void;
  drop(drop: Drop): void;
}

export interface Inspection {
  readonly isEnabled: boolean;
  actionsOf(app: Koa): readonly ActionBinding[];
  verdictOf(owner: Class | null, name: string): FieldVerdict;
  /** Until the returned function is called; meanwhile sampling leaves nothing out. */
  tap(listener: LoggingTap): () => void;
}

export interface Inspectable {
  readonly [INSPECTION]: Inspection;
}
