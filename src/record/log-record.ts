import type { JsonObject, JsonValue } from './json-value';

/** How the response ended: all of it was handed over, the client left first, or it broke off after its headers. */
export type Outcome = 'sent' | 'aborted' | 'truncated';

/** Why a body is not in the record. */
export type BodyOmitted =
  'policy' | 'too-large' | 'binary' | 'stream' | 'multipart' | 'unparsable' | 'redaction-failed';

/** `error` for status 500 and above or an unanswered failure, `warn` for 400 to 499 and broken exchanges, else `info`. */
export type Level = 'info' | 'warn' | 'error';

/** What a mark does to a value; `custom` is a function of the application. */
export type SensitiveMode = 'redact' | 'remove' | 'mask' | 'hash' | 'encrypt' | 'custom';

/**
 * How a value was redacted:
 * - a mode of `@Sensitive`; sensitive names and places are redacted with `redact`;
 * - `allow`: the policy `allow` records only what is marked, and this was not;
 * - `known-value`: a text repeated a secret that was found elsewhere in the exchange;
 * - `detected:…`: a detector found a secret by its form;
 * - `unparsable`, `too-deep`: a text that may be JSON could not be read, or JSON lay in it three texts deep.
 */
export type RedactionMode =
  | SensitiveMode
  | 'allow'
  | 'known-value'
  | 'unparsable'
  | 'too-deep'
  | `detected:${'pem' | 'jwt' | 'bearer' | 'cloud-key' | 'card' | 'iban' | 'email'}`;

/** One redaction that was carried out: where, and how. Array places are numbers: `request.body.cards.0.number`. */
export interface Redaction {
  readonly path: string;
  readonly mode: RedactionMode;
}

/** The process that made the record. */
export interface ServiceInfo {
  readonly name: string;
  readonly version: string | null;
  /** Tells processes of one service apart. */
  readonly instance: string;
  /** Host name of the machine. */
  readonly host: string;
  /** Process id. */
  readonly pid: number;
}

/** Who made the request, as `identify` returned it. */
export interface RecordUser {
  readonly id: string | null;
  readonly groupId: string | null;
  /** Role or permission. */
  readonly authority: string | null;
}

/** Where the request came from. */
export interface RecordClient {
  /** Koa's `context.ip`: with `app.proxy`, what the proxy in front says. */
  readonly ip: string | null;
  readonly port: number | null;
  /** The header `User-Agent`. */
  readonly agent: string | null;
}

/** The action that served the request. */
export interface RecordHandler {
  readonly controller: string;
  readonly action: string;
  /** Path template with the application's prefix: `/api/users/:id`. */
  readonly route: string;
}

/** Headers with lower-case names; a header that came several times holds an array. */
export type RecordHeaders = Readonly<Record<string, string | readonly string[]>>;

/** What was asked. */
export interface RecordRequest {
  readonly method: string;
  /** Path without the query, sensitive path parameters redacted. */
  readonly path: string;
  readonly query: JsonObject;
  readonly params: JsonObject;
  readonly headers: RecordHeaders;
  readonly contentType: string | null;
  /** Size that the client announced (`Content-Length`), in bytes. */
  readonly bytes: number | null;
  readonly body?: JsonValue;
  readonly bodyOmitted?: BodyOmitted;
}

/** What was answered. */
export interface RecordResponse {
  /** `null` when the exchange ended before a status was sent. */
  readonly status: number | null;
  readonly headers: RecordHeaders;
  readonly contentType: string | null;
  /** Body bytes handed to the connection. */
  readonly bytes: number | null;
  readonly body?: JsonValue;
  readonly bodyOmitted?: BodyOmitted;
  readonly outcome: Outcome;
}

/** One property that class-validator refused. */
export interface ValidationFailure {
  /** Path of the property in the DTO: `address.street`. */
  readonly path: string;
  /** class-validator's messages by rule name; cleaned where the property is sensitive. */
  readonly constraints: Readonly<Record<string, string>>;
}

/** An error that led to another one. */
export interface RecordCause {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** The error that ended the request. */
export interface RecordError extends RecordCause {
  readonly stack: string | null;
  /** What `cause` and `AggregateError.errors` led to, outermost first, at most 8. */
  readonly causes: readonly RecordCause[];
  /** Equal for errors of one name thrown at one place: 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly validation?: readonly ValidationFailure[];
}

/**
 * One exchange: request, response and error, redacted. Names follow OpenTelemetry where it has one. Every field can be
 * written as JSON and as BSON; a key with a `$` at its start, a dot or a NUL is escaped with `%24`, `%2E` and `%00`.
 */
export interface LogRecord {
  /** UUIDv7, made when the request arrived; the idempotency key of every delivery path. */
  readonly _id: string;
  readonly schema: 1;
  readonly kind: 'request';
  readonly level: Level;
  /** How many requests this record stands for: 1 / (`sample` × the share recorded under load); 1 for failures and slow requests. */
  readonly sampleWeight: number;
  readonly service: ServiceInfo;
  /** When the request arrived. */
  readonly at: Date;
  /** From arrival until the response was closed, in milliseconds. */
  readonly durationMs: number;
  /** From the call of the action until it settled, in milliseconds; `null` when the action was not called. */
  readonly handlerMs: number | null;
  /** The action had not settled when the record was closed. */
  readonly incomplete?: true;
  readonly requestId: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly user: RecordUser | null;
  readonly client: RecordClient;
  readonly handler: RecordHandler | null;
  readonly request: RecordRequest;
  readonly response: RecordResponse;
  readonly error?: RecordError;
  /** What hooks and `logging.annotate` added. */
  readonly attributes?: JsonObject;
  /** The first 64 redactions of this record. */
  readonly redactions: readonly Redaction[];
  readonly redactionCount: number;
  /** Minutes since 1970, so that a chart over time is one `$group`. */
  readonly minute: number;
  /** 2 for 200–299 and so on; 0 without a status. */
  readonly statusClass: number;
  /** Upper bound of the duration in milliseconds, a power of two. */
  readonly latencyBucket: number;
  /** When a store may delete the record. */
  readonly expireAt?: Date;
}

/** A gap in the records of one sink, written into it once it works again: what was lost meanwhile, and why. */
export interface LossRecord {
  /** UUIDv7. */
  readonly _id: string;
  readonly schema: 1;
  readonly kind: 'loss';
  readonly level: 'warn';
  readonly service: ServiceInfo;
  /** When the last of them was lost. */
  readonly at: Date;
  /** When the first of them was lost. */
  readonly since: Date;
  /** How many records are missing. */
  readonly lost: number;
  /** How many for each reason, such as `queue-full`: those of the sink's `dropped` in `stats()`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Minutes since 1970, of `at`. */
  readonly minute: number;
  /** When a store may delete the record. */
  readonly expireAt?: Date;
}

/** What sinks are given: told apart by `kind`. */
export type AnyRecord = LogRecord | LossRecord;
