// The public names, and nothing else. Not exported on purpose: the capture, redaction and delivery classes behind
// createLogging (they change with their inside), and the metadata functions (decorators are the interface).
export { createLogging } from './create-logging';
export type { CloseOptions, Logging, LoggingStats } from './logging';
export type { LoggingOptions } from './options';
export type { ServiceOptions } from './service';
export { closeOnSignals, type CloseOnSignalsOptions } from './shutdown/close-on-signals';
export { Logged } from './decorators/logged';
export type { BodyPolicy, ExchangeView, LoggedOptions, SelectionOptions } from './decorators/selection-options';
export {
  Sensitive,
  type MaskDecorator,
  type MaskOptions,
  type MaskRefusal,
  type SensitiveDecorator,
  type SensitiveOptions,
} from './decorators/sensitive';
export type { RedactionFunction } from './decorators/sensitive-mark';
export { Loggable, type LoggableDecorator } from './decorators/loggable';
export { HandleError, type ErrorClass } from './decorators/handle-error';
export { LoggingInterceptor } from './decorators/logging-interceptor';
export { ErrorInterceptor, type ErrorInterceptorOptions } from './capture/error-interceptor';
export type { ErrorHandler, ErrorHandlerSource, ErrorResponse } from './capture/error-handlers';
export type { LoadSheddingOptions, LoadState } from './capture/load-shedder';
export type { ExchangeCounts } from './capture/snapshot-target';
export type { UnmatchedPolicy } from './capture/selection';
export type { Attributes } from './capture/attributes';
export type { Identity, ResponseEvent } from './capture/take-snapshot';
export type {
  CoverageField,
  CoverageReport,
  CoverageRoute,
  CoverageWarning,
  CoverageWarningKind,
  FieldPlace,
  RouteLogging,
} from './coverage/coverage-report';
export type { CircuitState } from './delivery/circuit';
export type { DeadLetterOptions } from './delivery/dead-letter-options';
export type { DeliveryOptions, OverflowPolicy } from './delivery/delivery-options';
export type { BatchEvent, StateEvent } from './delivery/lane-events';
export type { Drop, DropReason, LaneState, LaneStats } from './delivery/lane-stats';
export type { SpoolMode, SpoolOptions } from './delivery/spool/spool-options';
export {
  LoggingError,
  SinkError,
  type LoggingErrorCode,
  type RejectedRecord,
  type Report,
  type SinkErrorOptions,
  type SinkFailureKind,
} from './errors';
export type { JsonObject, JsonValue } from './record/json-value';
export type {
  AnyRecord,
  BodyOmitted,
  Level,
  LogRecord,
  LossRecord,
  Outcome,
  RecordCause,
  RecordClient,
  RecordError,
  RecordHandler,
  RecordHeaders,
  RecordRequest,
  RecordResponse,
  RecordUser,
  Redaction,
  RedactionMode,
  SensitiveMode,
  ServiceInfo,
  ValidationFailure,
} from './record/log-record';
export type { DecidedBy, FieldMode } from './redact/describe-fields';
export type { DetectorOptions } from './redact/detectors/detectors';
export type { RedactOptions } from './redact/redact-options';
export type { EncryptionKey, HashKey } from './redact/redaction-keys';
export type { StoredRecord } from './redact/reveal';
export { consoleSink, type ConsoleSinkOptions } from './sinks/console/console-sink';
export { fileSink } from './sinks/file/file-sink';
export type { FileSinkOptions } from './sinks/file/file-sink-options';
export { memorySink, type MemorySink, type MemorySinkOptions } from './sinks/memory-sink';
export { moduleSink, type ModuleSinkOptions } from './sinks/module-sink';
export type { Sink, SinkContext, WriteResult } from './sinks/sink';
export type { WorkerStats } from './pipeline/record-target';
export type { WorkerOptions } from './worker/worker-options';
