import fc from 'fast-check';
import { anything } from '../../spec/support/hostile-values';
import type { JsonObject } from '../../src/record/json-value';
import { redactBody } from '../../src/redact/redact-body';
import { RedactionNotes } from '../../src/redact/redaction-notes';
import { toJsonValue } from '../../src/redact/to-json-value';
import { atMost, type Table, type Target } from '../report/report';
import { defaultRules } from '../support/redaction-rules';
import { medianOf, quantileOf } from '../support/statistics';

// What one hostile value can cost: those of the property specs, and the largest that can be made of few bytes.

const RANDOM_VALUES = 5_000;
const MB = 1_048_576;
const DEFAULT_BODY_BYTES = 65_536;
const rules = defaultRules();

/** Keeps the engine from leaving out work whose result nobody looks at. */
let last: unknown;

interface Timed {
  readonly name: string;
  readonly millis: readonly number[];
  /** What the host's own parser takes for the same text. */
  readonly parseMillis?: readonly number[];
}

function redactText(given: string): unknown {
  const body = { kind: 'text', text: given, format: 'json', hint: null } as const;
  return redactBody(body, null, 'request', rules, new RedactionNotes('bench'));
}

function timesOf<Input>(name: string, inputs: readonly Input[], run: (input: Input) => unknown): Timed {
  const millis = inputs.map(input => {
    const start = performance.now();
    last = run(input);
    return performance.now() - start;
  });
  return { name, millis };
}

/** As JSON of about so many bytes. */
const listOfObjects = (bytes: number): string =>
  JSON.stringify(Array.from({ length: bytes / 20 }, (_, at) => ({ password: at })));
const manyNames = (bytes: number): JsonObject =>
  Object.fromEntries(Array.from({ length: bytes / 18 }, (_, at) => [`name${at}`, at]));
const brackets = (bytes: number): string => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2);

function bodiesOf(bytes: number, size: string, runs: number): Timed[] {
  const bodies: [string, string][] = [
    ['list of small objects', listOfObjects(bytes)],
    ['object of many names', JSON.stringify(manyNames(bytes))],
    ['brackets in brackets', brackets(bytes)],
  ];
  return bodies.map(([name, body]) => {
    const inputs = Array.from({ length: runs }, () => body);
    const { millis: parseMillis } = timesOf(name, inputs, input => JSON.parse(input) as unknown);
    return { ...timesOf(`body of ${size}: ${name}`, inputs, redactText), parseMillis };
  });
}

/** Times per value, and what they may cost at most. */
export function hostileValues(runs: number): { table: Table; targets: Target[]; figures: unknown } {
  const makers = fc.sample(anything, { numRuns: RANDOM_VALUES, seed: 1 });
  const random = timesOf(
    `${RANDOM_VALUES} random values, made plain`,
    makers.map(make => make()),
    value => toJsonValue(value),
  );
  const wide = manyNames(MB);
  const text = { text: '\ud800é'.repeat(MB / 3) } satisfies JsonObject;
  const large = [
    ...bodiesOf(MB, '1 MB', runs),
    timesOf(
      'attributes of 1 MB: object of many names',
      Array.from({ length: runs }, () => wide),
      toJsonValue,
    ),
    timesOf(
      'attributes of 1 MB: one text',
      Array.from({ length: runs }, () => text),
      toJsonValue,
    ),
  ];
  const all = [random, ...bodiesOf(DEFAULT_BODY_BYTES, '64 KB', runs), ...large];
  if (last === undefined) throw new Error('Nothing was measured.');
  const longest = Math.max(...large.flatMap(({ millis }) => millis));
  return {
    table: {
      caption: 'Hostile values, milliseconds for each',
      columns: ['value', 'p50', 'p99', 'longest', 'JSON.parse alone, p50'],
      rows: all.map(({ name, millis, parseMillis }) => [
        name,
        ...[0.5, 0.99, 1].map(share => quantileOf(millis, share).toFixed(2)),
        parseMillis ? medianOf(parseMillis).toFixed(2) : '–',
      ]),
    },
    targets: [
      atMost('R16: random values, p99', quantileOf(random.millis, 0.99), 5, 'ms'),
      atMost('R16: values of 1 MB, longest', longest, 50, 'ms'),
    ],
    figures: all,
  };
}
