import { getMetadataArgsStorage } from 'routing-controllers';
import type { JsonValue } from '../../src/record/json-value';
import type { LogRecord } from '../../src/record/log-record';
import type { Chance } from './chance';
import { describeGraph, type DtoGraph } from './dto-graphs';
import { compareBodies, expectNoSecret, type KeptValues, ProofFailed } from './leak-check';
import { CHANNELS, type Expectation, type HookAttributes } from './proof-channels';
import { type Given, makeController, PARAMETERS } from './proof-controller';
import { looksForLeaksOnly } from './proof-scale';
import { type TestApp, testApp } from './test-app';

interface Answered extends Expectation {
  readonly id: string;
  readonly answer: string;
  readonly status: number;
}

/** A real application around one random graph of classes, and what was sent to it. */
export class ProofApp {
  readonly #answered: Answered[] = [];

  private constructor(
    private readonly graph: DtoGraph,
    private readonly given: Given,
    private readonly attributes: Map<string, HookAttributes>,
    private readonly app: TestApp,
    private readonly forgetController: () => void,
  ) {}

  static async start(graph: DtoGraph): Promise<ProofApp> {
    const given: Given = { live: undefined, error: undefined, raw: undefined };
    const attributes = new Map<string, HookAttributes>();
    const forget = rememberMetadata();
    const controller = makeController(graph, given);
    const app = await testApp()
      .controllers(controller)
      .logging({
        redact: { hashKey: { id: 'k1', secret: 'sixteen characters or more' } },
        onRequest: context => attributes.get(context.get('x-request-id'))?.onRequest,
        onRecord: ({ requestId }) => attributes.get(requestId)?.onRecord,
      })
      .start();
    return new ProofApp(graph, given, attributes, app, forget);
  }

  async close(): Promise<void> {
    this.forgetController();
    await this.app.close();
  }

  /** Sends one random request. */
  async send(chance: Chance): Promise<void> {
    this.given.error = undefined;
    const expectation = chance.oneOf(CHANNELS)(this.graph, this.given, chance);
    const { method = 'GET', path, headers, body } = expectation.request;
    const id = `case-${this.#answered.length}`;
    if (expectation.attributes) this.attributes.set(id, expectation.attributes);
    const response = await this.app.fetch(`/proof${path}`, {
      method,
      headers: { 'x-request-id': id, ...headers },
      ...(body !== undefined && { body }),
    });
    this.#answered.push({ ...expectation, id, answer: await response.text(), status: response.status });
  }

  /** @throws {@link ProofFailed} when a record holds a secret, lacks anything else, or is missing. */
  async check(kept: KeptValues, keptByName: KeptValues): Promise<void> {
    const records = new Map((await this.app.storedRecords()).map(record => [record.requestId, record]));
    for (const answered of this.#answered) {
      const record = records.get(answered.id);
      if (!record) throw new ProofFailed(`no record of ${answered.request.path}`);
      try {
        checkRecord(record, answered, kept, keptByName);
        const [changed] = kept.changed;
        if (changed !== undefined && !looksForLeaksOnly()) throw new ProofFailed(`redacted without need: ${changed}`);
      } catch (cause) {
        if (!(cause instanceof ProofFailed)) throw cause;
        const { request, answer } = answered;
        const seen = [
          `sent: ${JSON.stringify(request)}`,
          `answered: ${answer}`,
          `recorded: ${JSON.stringify([record.request.body, record.response.body, record.redactions])}`,
          `classes:\n    ${describeGraph(this.graph)}`,
        ];
        throw new ProofFailed([cause.message, ...seen].join('\n  '));
      }
    }
    const report = this.app.reports.find(({ code }) => code !== 'UNTYPED_BODY');
    if (report) throw new ProofFailed(`reported: ${report.message}`);
  }
}

function checkRecord(record: LogRecord, answered: Answered, kept: KeptValues, keptByName: KeptValues): void {
  const { request, values, sentBody, answer, status, hiddenInRequest = [], hiddenInResponse = [] } = answered;
  const { secrets, harmless } = values;
  if (record.response.status !== status) throw new ProofFailed(`status ${record.response.status} instead of ${status}`);
  expectNoSecret(JSON.stringify(record), secrets, `the record of ${request.path}`);
  if (answered.isAnswerClean && status === 400) {
    expectNoSecret(answer, secrets, `the answer to ${request.path}`);
    for (const value of harmless) keptByName.note('answer', value, answer.includes(value) ? value : undefined);
  }
  // An error has no class: what it quotes goes by names, and is then known by value.
  const keptOfBodies = status < 400 ? kept : keptByName;
  const sentParts = [
    [sentBody, record.request.body],
    [answered.sentFilter, record.request.query[PARAMETERS.filter]],
  ] as const;
  for (const [sent, recorded] of sentParts) {
    if (sent === undefined) continue;
    compareBodies(sent, recorded, { part: 'request', hidden: hiddenInRequest, secrets }, keptOfBodies);
  }
  if (answered.attributes) {
    const { onRequest, onRecord } = answered.attributes;
    const hidden = answered.hiddenInAttributes ?? [];
    compareBodies({ ...onRequest, ...onRecord }, record.attributes, { part: 'attributes', hidden, secrets }, kept);
  }
  if (!answered.isAnswerRaw && (answer.startsWith('{') || answer.startsWith('['))) {
    const wire = JSON.parse(answer) as JsonValue;
    const hidden = status < 400 ? hiddenInResponse : [];
    compareBodies(wire, record.response.body, { part: 'response', hidden, secrets }, keptOfBodies);
  }
  for (const [path, value] of Object.entries(answered.gone ?? {})) {
    if (textAt(record, path)?.includes(value)) throw new ProofFailed(`leak in ${path}: ${value}`);
  }
  for (const [path, value] of Object.entries(answered.kept ?? {})) kept.note(path, value, textAt(record, path));
}

function textAt(record: LogRecord, path: string): string | undefined {
  const value = path
    .split('/')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], record);
  return value as string | undefined;
}

/** Thousands of controllers in one process would slow the host down: each is forgotten when its application is closed. */
function rememberMetadata(): () => void {
  const { actions, controllers, params, useInterceptors } = getMetadataArgsStorage();
  const lists: unknown[][] = [actions, controllers, params, useInterceptors];
  const lengths = lists.map(list => list.length);
  return () => lists.forEach((list, at) => (list.length = lengths[at]!));
}
