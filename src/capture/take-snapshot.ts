import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Context } from 'koa';
import { LoggingError } from '../errors';
import type { JsonObject } from '../record/json-value';
import type { RecordUser } from '../record/log-record';
import type { PlanId, Snapshot, SnapshotBody, SnapshotHeaders } from '../record/snapshot';
import { LiveSecrets } from '../redact/live-secrets';
import type { Redactor } from '../redact/redactor';
import { quietCause } from '../quiet-cause';
import type { Reporter } from '../reporter';
import { setOwn } from '../record/set-own';
import { type Attributes, plainAttributes } from './attributes';
import { type BodyRules, liveSources, requestBody, responseBody, responseBytes } from './captured-body';
import { captureError } from './captured-error';
import type { Exchange } from './exchange';
import { parseTraceparent } from './request-identity';
import type { Selection } from './selection';
import { runUserCode } from './user-code';

/** Who made the request, as `identify` returns it. Other properties are not recorded. */
export interface Identity {
  readonly id?: string | number | null;
  readonly groupId?: string | number | null;
  readonly authority?: string | null;
}

/** What `onResponse` gets. */
export interface ResponseEvent {
  readonly context: Context;
  readonly status: number | null;
  readonly durationMs: number;
  readonly outcome: Exchange['outcome'];
  readonly error: unknown;
}

/** The user functions that a snapshot asks. */
export interface SnapshotHooks {
  readonly identify?: ((context: Context) => Identity | null | undefined) | undefined;
  readonly onResponse?: ((event: ResponseEvent) => Attributes | void) | undefined;
}

/** An IPv4 client of a socket that serves both families is recorded by its IPv4 address. */
function plainAddress(ip: string | undefined): string | null {
  return ip ? ip.replace(/^::ffff:(?=\d+\.)/, '') : null;
}

const EMPTY: Readonly<Record<string, never>> = Object.freeze({});
const COLON = 58;

function keptHeaders(headers: IncomingHttpHeaders | OutgoingHttpHeaders): SnapshotHeaders {
  const kept: Record<string, string | readonly string[]> = {};
  for (const name in headers) {
    // HTTP/2's `:path` and the like are no headers: what they say is recorded in places of its own.
    if (name.charCodeAt(0) === COLON) continue;
    const value = headers[name];
    if (Array.isArray(value)) setOwn(kept, name, value.map(String));
    else if (value !== undefined) setOwn(kept, name, String(value));
  }
  return kept;
}

function stringValues(values: unknown): Readonly<Record<string, string>> {
  if (typeof values !== 'object' || values === null) return EMPTY;
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'object' && value !== undefined) setOwn(texts, name, String(value));
  }
  return texts;
}

function contentLength(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** Turns closed exchanges into plain data; the last place that touches the application's objects. */
export class SnapshotTaker {
  constructor(
    private readonly redactor: Redactor,
    private readonly hooks: SnapshotHooks,
    private readonly maxBodyBytes: number,
    private readonly reporter: Reporter,
  ) {}

  take(exchange: Exchange, selection: Selection, parameters: PlanId | null): Snapshot {
    const { context, binding } = exchange;
    const { req } = context;
    const trace = parseTraceparent(req.headers['traceparent']);
    const responseHeaders = exchange.status === null ? EMPTY : keptHeaders(exchange.responseHeaders);
    const attributes = this.#attributes(exchange);
    const secrets = new LiveSecrets();
    for (const live of liveSources(exchange)) this.redactor.hintOf(live, secrets);
    const body = this.#body('response', () =>
      responseBody(exchange, this.#rules(selection.responseBody), live => this.redactor.hintOf(live, secrets)),
    );
    return {
      id: exchange.id,
      at: exchange.at,
      durationMs: exchange.durationMs,
      handlerMs: exchange.handlerMs,
      incomplete: exchange.isIncomplete,
      sampleWeight: exchange.sampleWeight,
      requestId: exchange.requestId,
      ...trace,
      user: this.#user(context),
      client: {
        ip: plainAddress(exchange.clientIp),
        port: exchange.clientPort ?? null,
        agent: req.headers['user-agent'] ?? null,
      },
      handler: binding ? { controller: binding.controller.name, action: binding.action, route: binding.route } : null,
      parameters,
      request: {
        method: req.method ?? '',
        url: context.originalUrl,
        params: stringValues(context.params),
        headers: keptHeaders(req.headers),
        contentType: req.headers['content-type'] ?? null,
        bytes: contentLength(req.headers['content-length']),
        body: this.#body('request', () => requestBody(exchange, this.#rules(selection.requestBody))),
      },
      response: {
        status: exchange.status,
        headers: responseHeaders,
        contentType: typeof responseHeaders['content-type'] === 'string' ? responseHeaders['content-type'] : null,
        bytes: responseBytes(exchange, context),
        body,
        outcome: exchange.outcome,
      },
      ...(exchange.hasError
        ? { error: captureError(exchange.error, error => this.redactor.validationOf(error, binding?.parameterTypes)) }
        : {}),
      ...(attributes ? { attributes } : {}),
      ...(secrets.texts.size > 0 ? { secrets: [...secrets.texts] } : {}),
      ...(selection.expireAfterDays !== undefined ? { expireAfterDays: selection.expireAfterDays } : {}),
    };
  }

  #rules(policy: BodyRules['policy'] = 'always'): BodyRules {
    return { policy, maxBodyBytes: this.maxBodyBytes };
  }

  #body(side: string, read: () => SnapshotBody): SnapshotBody {
    try {
      return read();
    } catch (cause) {
      this.reporter.reportOnce(
        `${side}-body`,
        new LoggingError('CAPTURE_FAILED', `A ${side} body could not be read and was left out. See error.cause.`, {
          cause: quietCause(cause),
        }),
      );
      return { kind: 'omitted', why: 'redaction-failed' };
    }
  }

  #user(context: Context): RecordUser | null {
    const identity = runUserCode('identify', this.reporter, this.hooks.identify, context);
    if (typeof identity !== 'object' || identity === null) return null;
    const { id, groupId, authority } = identity;
    return { id: textOrNull(id), groupId: textOrNull(groupId), authority: textOrNull(authority) };
  }

  #attributes(exchange: Exchange): JsonObject | undefined {
    const fromResponse =
      this.hooks.onResponse &&
      runUserCode('onResponse', this.reporter, this.hooks.onResponse, {
        context: exchange.context,
        status: exchange.status,
        durationMs: exchange.durationMs,
        outcome: exchange.outcome,
        error: exchange.error,
      });
    const parts = [plainAttributes(exchange.requestAttributes), exchange.attributes, plainAttributes(fromResponse)];
    if (parts.every(part => part === undefined)) return undefined;
    return Object.assign({}, ...parts) as JsonObject;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : null;
}
