import { expect } from 'chai';
import type { RedactedParts } from '../../src/record/record-writer';
import type { LoggingError } from '../../src/errors';
import type { JsonValue } from '../../src/record/json-value';
import type { Snapshot, SnapshotBody, SnapshotError, TypeHint } from '../../src/record/snapshot';
import type { DeclaredParameter } from '../../src/redact/parameter-plan';
import {
  type RedactOptions,
  type ResolvedRedactOptions,
  disableRedaction,
  resolveRedactOptions,
} from '../../src/redact/redact-options';
import { Redactor } from '../../src/redact/redactor';
import { ReportOnce } from '../../src/redact/report-once';
import { SnapshotRedactor } from '../../src/redact/snapshot-redactor';
import type { FactTeller } from '../../src/redact/tell-facts';
import { ToldClasses } from '../../src/redact/told-classes';

/** Redacts like another thread: by copies of the options, of the facts and of the snapshots. */
class ToldRedactor {
  readonly #classes: ToldClasses;
  readonly #redactor: SnapshotRedactor;
  readonly #facts: FactTeller;

  constructor(options: ResolvedRedactOptions, redactor: Redactor) {
    const copy = structuredClone(options);
    this.#classes = new ToldClasses(copy);
    this.#redactor = new SnapshotRedactor(copy, this.#classes, new ReportOnce(() => {}));
    this.#facts = redactor.facts();
  }

  redact(taken: Snapshot): RedactedParts {
    const facts = this.#facts.untold();
    this.#facts.wasTold();
    if (facts) this.#classes.learn(structuredClone(facts));
    return this.#redactor.redact(taken);
  }
}

/** Every body in its part, as in the record that is made of them. */
function withBodies(parts: RedactedParts): RedactedParts {
  const { request, response } = parts.bodies;
  return {
    ...parts,
    request: request === undefined ? parts.request : { ...parts.request, body: JSON.parse(request) as JsonValue },
    response: response === undefined ? parts.response : { ...parts.response, body: JSON.parse(response) as JsonValue },
  };
}

/** As JSON, with encrypted values alike: no two encryptions are equal. */
function comparable(parts: RedactedParts): string {
  return JSON.stringify(parts).replaceAll(/enc:[\w-]+:[\w+/=.:-]+/g, 'enc:…');
}

/** What a spec says of an exchange; the rest is an empty `GET /`. */
export interface GivenExchange {
  readonly parameters?: readonly DeclaredParameter[];
  readonly url?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Snapshot['request']['headers'];
  readonly body?: SnapshotBody;
  readonly responseHeaders?: Snapshot['response']['headers'];
  readonly responseBody?: SnapshotBody;
  readonly error?: Partial<SnapshotError>;
  readonly user?: Snapshot['user'];
  readonly attributes?: Snapshot['attributes'];
}

export class Arranged {
  readonly reports: LoggingError[] = [];
  readonly redactor: Redactor;
  readonly #elsewhere: ToldRedactor;

  constructor(options: RedactOptions, isDisabled: boolean) {
    const resolved = resolveRedactOptions(options);
    const effective = isDisabled ? disableRedaction(resolved) : resolved;
    this.redactor = new Redactor(effective, error => this.reports.push(error));
    this.#elsewhere = new ToldRedactor(effective, this.redactor);
  }

  /** Redacts in this thread, and sees to it that another one would have done the same. */
  redact(given: GivenExchange): RedactedParts {
    const taken = this.#take(given);
    const redacted = withBodies(this.redactor.redact(taken));
    if (!this.redactor.needsFunctions(taken)) {
      const toldElsewhere = withBodies(this.#elsewhere.redact(structuredClone(taken)));
      expect(comparable(toldElsewhere), 'redacted by what another thread was told').to.equal(comparable(redacted));
    }
    return redacted;
  }

  /** For what no other thread can be given. */
  redactHere(given: GivenExchange): RedactedParts {
    return withBodies(this.redactor.redact(this.#take(given)));
  }

  #take(given: GivenExchange): Snapshot {
    const { parameters } = given;
    return snapshot(given, parameters ? this.redactor.planParameters(parameters) : null);
  }

  /** The recorded request body of a typed action; untyped without a class. */
  requestBody(value: unknown, type?: DeclaredParameter['type']): JsonValue | undefined {
    const parameters: DeclaredParameter[] = type ? [{ in: 'body', type }] : [];
    return this.redact({ parameters, body: json(value) }).request.body;
  }

  /** The recorded response body of what an action returned. */
  responseBody(live: unknown): JsonValue | undefined {
    return this.redact({ responseBody: json(live, this.redactor.hintOf(live)) }).response.body;
  }
}

export function arrange(options: RedactOptions = {}): Arranged {
  return new Arranged(options, false);
}

export function arrangeDisabled(): Arranged {
  return new Arranged({}, true);
}

export function json(value: unknown, hint: TypeHint | null = null): SnapshotBody {
  return jsonText(JSON.stringify(value), hint);
}

export function jsonText(text: string, hint: TypeHint | null = null): SnapshotBody {
  return { kind: 'text', text, format: 'json', hint };
}

export function form(text: string): SnapshotBody {
  return { kind: 'text', text, format: 'form', hint: null };
}

function snapshot(given: GivenExchange, parameters: number | null): Snapshot {
  return {
    id: '01920000-0000-7000-8000-000000000000',
    at: 0,
    durationMs: 1,
    handlerMs: null,
    incomplete: false,
    sampleWeight: 1,
    requestId: 'request-1',
    user: given.user ?? null,
    client: { ip: '127.0.0.1', port: 1, agent: 'spec' },
    handler: null,
    parameters,
    request: {
      method: 'GET',
      url: given.url ?? '/',
      params: given.params ?? {},
      headers: given.headers ?? {},
      contentType: null,
      bytes: null,
      body: given.body ?? { kind: 'none' },
    },
    response: {
      status: 200,
      headers: given.responseHeaders ?? {},
      contentType: null,
      bytes: null,
      body: given.responseBody ?? { kind: 'none' },
      outcome: 'sent',
    },
    ...(given.error && { error: { name: 'Error', message: 'failed', stack: null, causes: [], ...given.error } }),
    ...(given.attributes && { attributes: given.attributes }),
  };
}
