import { createRequire } from 'node:module';
import { join } from 'node:path';
import { instanceToPlain } from 'class-transformer';
import type { JsonObject, JsonValue } from '../src/record/json-value';
import { redactBody } from '../src/redact/redact-body';
import { RedactionNotes } from '../src/redact/redaction-notes';
import { toJsonValue } from '../src/redact/to-json-value';
import { Walk } from '../src/redact/walk';
import { describeMachine } from './support/machine';
import { defaultRules } from './support/redaction-rules';
import { orderInRound, pairedByRound, quantileOf, spreadOf } from './support/statistics';
import { orderInstance, orderText, OrderBody, SENSITIVE_NAMES, SENSITIVE_PATHS } from './support/typed-body';

// What redacting a typed body costs, beside what others do for the same. All contenders run in each round, there and back
// again; a ratio is taken within a round, so that what disturbs a round disturbs both sides.

const ROUNDS = 60;
const WARM_UP_ROUNDS = 10;
const BATCH_MS = 4;
const PEERS = join(__dirname, '../../bench/peers/package.json');

interface Contender {
  readonly name: string;
  /** Made before the clock starts, one for each run. */
  readonly input: (text: string) => unknown;
  readonly run: (input: unknown) => unknown;
}

interface Sample {
  readonly contender: Contender;
  readonly round: number;
  readonly micros: number;
}

const rules = defaultRules();
const plan = rules.classes.planOf(OrderBody);
const text = (given: string): unknown => given;
const parsed = (given: string): unknown => JSON.parse(given);

/** What many write by hand: a copy without the values of certain names. */
function cloneWithout(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cloneWithout);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    copy[key] = SENSITIVE_NAMES.has(key) ? '[REDACTED]' : cloneWithout(member);
  }
  return copy;
}

function pinoRedact(): ((value: unknown) => unknown) | undefined {
  type Redact = (options: { paths: readonly string[]; serialize: false }) => (value: unknown) => unknown;
  try {
    const redact = createRequire(PEERS)('@pinojs/redact') as Redact;
    return redact({ paths: SENSITIVE_PATHS, serialize: false });
  } catch {
    console.error('@pinojs/redact is not measured. Run: npm install --no-package-lock --prefix bench/peers');
    return undefined;
  }
}

function contenders(): Contender[] {
  const pino = pinoRedact();
  const body = (given: string): unknown => ({ kind: 'text', text: given, format: 'json', hint: null });
  return [
    { name: 'JSON.parse alone', input: text, run: input => JSON.parse(input as string) as unknown },
    {
      name: 'ours: parse and redact',
      input: body,
      run: input =>
        redactBody(input as Parameters<typeof redactBody>[0], plan, 'request', rules, new RedactionNotes('bench')),
    },
    {
      name: 'ours: redact alone, in place',
      input: parsed,
      run: input =>
        new Walk(rules, new RedactionNotes('bench'), { direction: 'request' }).run(
          input as JsonValue,
          'request.body',
          plan,
        ),
    },
    ...(pino
      ? [
          { name: 'parse and @pinojs/redact', input: text, run: (input: unknown) => pino(JSON.parse(input as string)) },
          { name: '@pinojs/redact alone', input: parsed, run: pino },
        ]
      : []),
    {
      name: 'parse and clone by names',
      input: text,
      run: input => cloneWithout(JSON.parse(input as string)),
    },
    { name: 'clone by names alone', input: parsed, run: cloneWithout },
    {
      name: 'instanceToPlain alone',
      input: orderInstance,
      run: input => instanceToPlain(input),
    },
  ];
}

/** Keeps the engine from leaving out work whose result nobody looks at. */
let last: unknown;

function measure({ input, run }: Contender, body: string, runs: number): number {
  const inputs = Array.from({ length: runs }, () => input(body));
  const start = performance.now();
  for (const each of inputs) last = run(each);
  return ((performance.now() - start) * 1_000) / runs;
}

function sampleAll(all: readonly Contender[], body: string): Sample[] {
  const samples: Sample[] = [];
  const runs = new Map(all.map(each => [each, Math.max(1, Math.round((BATCH_MS * 1_000) / measure(each, body, 200)))]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const contender of orderInRound(all, Math.abs(round))) {
      const micros = measure(contender, body, runs.get(contender)!);
      if (round >= 0) samples.push({ contender, round, micros });
    }
  }
  return samples;
}

function report(all: readonly Contender[], samples: readonly Sample[]): void {
  const baseline = samples.filter(({ contender }) => contender === all[0]);
  console.log(`${'contender'.padEnd(30)}   µs  quartiles        to JSON.parse  quartiles`);
  for (const contender of all) {
    const own = samples.filter(sample => sample.contender === contender);
    const micros = spreadOf(own.map(sample => sample.micros));
    const ratio = spreadOf(pairedByRound(own, baseline, (sample, parse) => sample.micros / parse.micros));
    const cells = [
      contender.name.padEnd(30),
      micros.median.toFixed(1).padStart(6),
      `${micros.lowerQuartile.toFixed(1)} … ${micros.upperQuartile.toFixed(1)}`.padEnd(15),
      ratio.median.toFixed(2).padStart(13),
      ` ${ratio.lowerQuartile.toFixed(2)} … ${ratio.upperQuartile.toFixed(2)}`,
    ];
    console.log(cells.join('  '));
  }
}

/** The slowest of many: what one hostile body can cost. */
function reportWorstCases(): void {
  const list = JSON.stringify(Array.from({ length: 40_000 }, (_, at) => ({ password: at })));
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`name${at}`, at]));
  const cases: [string, () => unknown][] = [
    ['redact 1 MB: list of objects', () => redactText(list)],
    ['redact 1 MB: object of many names', () => redactText(JSON.stringify(wide))],
    ['redact 200 kB of brackets', () => redactText('['.repeat(100_000) + ']'.repeat(100_000))],
    ['make plain: object of 50,000 names', () => toJsonValue(wide)],
    ['make plain: 1 MB of text', () => toJsonValue({ text: '\ud800é'.repeat(350_000) } satisfies JsonObject)],
  ];
  console.log(`\n${'worst cases, 300 runs each'.padEnd(36)} p50 ms  p99 ms  max ms`);
  for (const [name, run] of cases) {
    const millis: number[] = [];
    for (let at = 0; at < 300; at++) {
      const start = performance.now();
      last = run();
      millis.push(performance.now() - start);
    }
    const cells = [0.5, 0.99, 1].map(share => quantileOf(millis, share).toFixed(1).padStart(6));
    console.log(`${name.padEnd(36)} ${cells.join('  ')}`);
  }
}

function redactText(given: string): unknown {
  const body = { kind: 'text', text: given, format: 'json', hint: null } as const;
  return redactBody(body, null, 'request', rules, new RedactionNotes('bench'));
}

function main(): void {
  console.log(describeMachine(new Date()));
  const all = contenders();
  for (const bytes of [1_024, 16_384]) {
    const body = orderText(bytes);
    console.log(`\ntyped body of ${body.length} B`);
    report(all, sampleAll(all, body));
  }
  console.log(`\nMedians and quartiles of ${ROUNDS} rounds; ratios are taken within a round.`);
  reportWorstCases();
  if (last === undefined) throw new Error('Nothing was measured.');
}

main();
