import type { RedactedParts } from '../record/record-writer';
import type { JsonObject, JsonValue } from '../record/json-value';
import type { LogRecord, RecordError, RecordHeaders } from '../record/log-record';
import type { Snapshot, SnapshotBody, SnapshotError } from '../record/snapshot';
import { pathOfRoute, withheldBody, withholdMessages } from './allow-list';
import { type Drafts, unreadableError, withinBytes } from './drafts';
import { TextFinish } from './finish-texts';
import { REDACTED } from './markers';
import { KnownValues } from './known-values';
import type { ParameterPlan } from './parameter-plan';
import type { Plan } from './plan';
import { type RedactedBody, redactBody } from './redact-body';
import { redactError } from './redact-error';
import type { HeaderRules } from './header-rules';
import { type HeaderPlans, HeaderRedaction } from './redact-headers';
import { redactPath, redactQuery, splitTarget } from './redact-target';
import { RedactionNotes } from './redaction-notes';
import { type ReportOnce, kindOfError } from './report-once';
import { Walk, type WalkRules } from './walk';

type RecordErrorPart = Omit<RecordError, 'fingerprint'>;

/**
 * The redaction of one exchange, in two rounds: first every part by its own rules, which teaches the secrets of this
 * exchange, then all parts again without those secrets.
 */
export class RecordRedaction {
  readonly #snapshot: Snapshot;
  readonly #rules: WalkRules;
  readonly #headerRules: HeaderRules;
  readonly #parameters: ParameterPlan;
  readonly #reports: ReportOnce;
  readonly #notes: RedactionNotes;
  readonly #texts: TextFinish;
  /** Whether some text beside the bodies, the error and the attributes needs to be finished. */
  #mayChange = true;

  constructor(
    snapshot: Snapshot,
    rules: WalkRules,
    headerRules: HeaderRules,
    parameters: ParameterPlan,
    reports: ReportOnce,
  ) {
    this.#headerRules = headerRules;
    this.#snapshot = snapshot;
    this.#notes = new RedactionNotes(snapshot.id, new KnownValues(rules.codes));
    this.#rules = rules;
    this.#texts = new TextFinish(this.#notes, rules.limits.maxStringLength, rules.names);
    this.#parameters = parameters;
    this.#reports = reports;
  }

  run(): RedactedParts {
    const { user, client, handler, requestId } = this.#snapshot;
    const drafts = withinBytes(this.#draftParts(), this.#snapshot, this.#rules, this.#notes);
    const { error, attributes } = drafts;
    const ip = this.#draftAddress(client.ip);
    const agent = this.#draftAgent(client.agent, drafts.request.headers);
    for (const text of this.#snapshot.secrets ?? []) this.#notes.known.remember(text);
    // From here on every secret is known. A client may take one for its request id.
    this.#mayChange = this.#texts.mayChange(this.#smallParts(drafts, agent));
    const { text: requestText, ...requestBody } = this.#finishBody(drafts.request.body, 'request.body');
    const { text: responseText, ...responseBody } = this.#finishBody(drafts.response.body, 'response.body');
    return {
      requestId: this.#finishSmall(requestId, 'requestId'),
      user: user && this.#finishSmall({ ...user }, 'user'),
      client: this.#finishSmall({ ip, port: client.port, agent }, 'client'),
      handler,
      request: { ...this.#finishRequest(drafts.request), ...requestBody },
      response: { ...this.#finishResponse(drafts.response), ...responseBody },
      bodies: { request: requestText, response: responseText },
      ...(error && { error: this.#finish(error, 'error') as unknown as RecordErrorPart }),
      ...(attributes && { attributes: this.#finishFree(attributes, 'attributes') }),
      redactions: this.#texts.cleanPaths(this.#notes.redactions),
      redactionCount: this.#notes.count,
    };
  }

  /** All texts of these parts; what a header or the path repeats is looked at there. */
  #smallParts({ request, response }: Drafts, agent: string | null): readonly JsonValue[] {
    const { requestId, user, client, request: asked, response: answered } = this.#snapshot;
    const { path, params } = request.target;
    const parts: JsonValue[] = [client.ip, asked.method, path, request.query, request.headers, response.headers];
    if (request.headers['user-agent'] !== agent) parts.push(agent);
    if (request.headers['content-type'] !== asked.contentType) parts.push(asked.contentType);
    if (response.headers['content-type'] !== answered.contentType) parts.push(answered.contentType);
    if (response.headers['x-request-id'] !== requestId) parts.push(requestId);
    if (user) parts.push({ ...user });
    for (const name in params) {
      const value = params[name]!;
      parts.push(name);
      if (typeof value !== 'string' || !path.includes(value)) parts.push(value);
    }
    return parts;
  }

  #draftParts(): Drafts {
    const { request, response, error, attributes } = this.#snapshot;
    const rules = this.#rules;
    const notes = this.#notes;
    const { body, query, path, header, cookie } = this.#parameters;
    const target = splitTarget(request.url);
    return {
      request: {
        target: this.#attempt('A path', { path: REDACTED, params: {} }, () => this.#draftTarget(target.path, path)),
        query: this.#attempt('A query', {}, () => redactQuery(target.query, query, rules, notes)),
        headers: this.#draftHeaders('request', { headers: header, cookies: cookie }),
        body: this.#attempt('The body of a request', REDACTION_FAILED, () =>
          this.#draftBody(request.body, body, 'request'),
        ),
      },
      response: {
        headers: this.#draftHeaders('response', { headers: null, cookies: cookie }),
        body: this.#attempt('The body of a response', REDACTION_FAILED, () =>
          this.#draftBody(response.body, null, 'response'),
        ),
      },
      error: error && this.#attempt('An error', unreadableError(error), () => this.#draftError(error)),
      attributes:
        attributes &&
        this.#attempt('Attributes', {}, () =>
          new Walk(rules, notes, { direction: 'request', keysEscaped: true, recordsAll: true }).runMembers(
            structuredClone(attributes),
            'attributes',
            null,
          ),
        ),
    };
  }

  /** An address is no secret, but personal: who wants it out of the records names it. */
  #draftAddress(ip: string | null): string | null {
    if (ip === null || !this.#rules.names.isSensitive('ip')) return ip;
    this.#notes.noteSecret(null, 'client.ip', 'redact', ip);
    return REDACTED;
  }

  #draftAgent(agent: string | null, headers: JsonObject): string | null {
    // Nothing was found in the header, which is the same text.
    if (agent === null || headers['user-agent'] === agent) return agent;
    if (this.#rules.names.isSensitive('user-agent')) return REDACTED;
    return this.#rules.texts.clean(agent, this.#notes, null, 'client.agent');
  }

  #draftHeaders(direction: 'request' | 'response', plans: HeaderPlans): JsonObject {
    return this.#attempt(`The headers of a ${direction}`, {}, () =>
      new HeaderRedaction(this.#rules, this.#headerRules, this.#notes, plans).run(
        this.#snapshot[direction].headers,
        `${direction}.headers`,
      ),
    );
  }

  #draftTarget(path: string, plan: Plan | null): Drafts['request']['target'] {
    const { request, handler } = this.#snapshot;
    const rules = this.#rules;
    const target = redactPath(path, request.params, plan, rules, this.#notes);
    if (rules.policy === 'deny') return target;
    const { params } = target;
    return { params, path: pathOfRoute(handler?.route, name => params[rules.names.verdictOf(name).key]) };
  }

  #draftBody(body: SnapshotBody, plan: Plan | null, direction: 'request' | 'response'): RedactedBody {
    const withheld = this.#rules.policy === 'allow' ? withheldBody(body, plan) : undefined;
    if (withheld === undefined) return redactBody(body, plan, direction, this.#rules, this.#notes);
    // A body that is not recorded still teaches the secrets that other parts may quote.
    const unlisted = new RedactionNotes(this.#notes.recordId, this.#notes.known);
    redactBody(body, plan, direction, { ...this.#rules, policy: 'deny' }, unlisted);
    return withheld;
  }

  #draftError(error: SnapshotError): JsonObject {
    if (this.#rules.policy === 'allow') return withholdMessages(error);
    return redactError(error, this.#rules, this.#notes, name => this.#isSensitiveParameter(name));
  }

  /** Messages of the host quote the parameters that it refused, by name. */
  #isSensitiveParameter(name: string): boolean {
    const { query, path, header, cookie } = this.#parameters;
    const isMarked = [query, path, header, cookie].some(plan => plan?.mark ?? plan?.fields.get(name)?.mark);
    return isMarked || this.#rules.names.isSensitive(name);
  }

  #finishRequest(redacted: Drafts['request']): LogRecord['request'] {
    const { method, contentType, bytes } = this.#snapshot.request;
    const { path, params } = redacted.target;
    const line = this.#finishSmall({ method, path, contentType }, 'request');
    return {
      method: line.method,
      path: line.path,
      query: this.#finishSmallFree(redacted.query, 'request.query'),
      params: this.#finishSmall(params, 'request.params'),
      headers: this.#finishSmallFree(redacted.headers, 'request.headers') as RecordHeaders,
      contentType: line.contentType,
      bytes,
    };
  }

  #finishResponse(redacted: Drafts['response']): LogRecord['response'] {
    const { status, contentType, bytes, outcome } = this.#snapshot.response;
    return {
      status,
      headers: this.#finishSmall(redacted.headers, 'response.headers') as RecordHeaders,
      contentType: this.#finishSmall(contentType, 'response.contentType'),
      bytes,
      outcome,
    };
  }

  #finishBody({ text, ...redacted }: RedactedBody, path: string): FinishedBody {
    const { body, bodyOmitted } = redacted;
    const isTidy = !this.#notes.hasUntidyText;
    if (text !== undefined && isTidy && !text.holdsAny(this.#notes.known)) return { text: text.json };
    const isTreeDone = body === undefined || (isTidy && this.#notes.known.isEmpty && bodyOmitted === undefined);
    if (text === undefined && isTreeDone) return redacted;
    return this.#attempt<FinishedBody>('A body', REDACTION_FAILED, () => {
      if (bodyOmitted !== undefined) return { bodyOmitted, body: this.#finish(body!, path) };
      return { body: this.#finishFree(text ? (JSON.parse(text.json) as JsonValue) : body!, path) };
    });
  }

  /** Of the parts that were looked at all together. */
  #finishSmall<Tree extends JsonValue>(tree: Tree, path: string): Tree {
    return this.#mayChange ? this.#finish(tree, path) : tree;
  }

  #finishSmallFree<Tree extends JsonValue>(tree: Tree, path: string): Tree {
    return this.#mayChange ? this.#finishFree(tree, path) : tree;
  }

  #finish<Tree extends JsonValue>(tree: Tree, path: string): Tree {
    return this.#texts.run(tree, path);
  }

  /** The same for a tree whose keys come from outside. */
  #finishFree<Tree extends JsonValue>(tree: Tree, path: string): Tree {
    return this.#texts.runWithKeys(tree, path);
  }

  /** A fault of ours, or of what we were given, costs this part of the record and nothing else. */
  #attempt<Part>(what: string, fallback: NoInfer<Part>, step: () => Part): Part {
    try {
      return step();
    } catch (caught) {
      this.#reports.report(
        'REDACTION_FAILED',
        `${what} could not be redacted and was left out of the record: ${kindOfError(caught)}.`,
      );
      return fallback;
    }
  }
}

type FinishedBody = Omit<RedactedBody, 'text'> & {
  /** Instead of `body`, as JSON. */
  readonly text?: string;
};

const REDACTION_FAILED = { bodyOmitted: 'redaction-failed' } as const;
