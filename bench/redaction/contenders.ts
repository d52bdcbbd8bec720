import { createRequire } from 'node:module';
import { join } from 'node:path';
import { instanceToPlain } from 'class-transformer';
import type { JsonValue } from '../../src/record/json-value';
import { redactBody } from '../../src/redact/redact-body';
import { RedactionNotes } from '../../src/redact/redaction-notes';
import { Walk } from '../../src/redact/walk';
import { defaultRules } from '../support/redaction-rules';
import { orderInstance, OrderBody, SENSITIVE_NAMES, SENSITIVE_PATHS } from '../support/typed-body';

const PEERS = join(__dirname, '../../../bench/peers/package.json');

/** One way to redact a typed body, or a part of it. */
export interface Contender {
  readonly name: string;
  /** Made before the clock starts, one for each run. */
  readonly input: (text: string) => unknown;
  readonly run: (input: unknown) => unknown;
}

export const BASELINE = 'JSON.parse alone';
export const OURS = 'ours: redact the text';

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

/** The first is what all are compared with. */
export function contenders(): Contender[] {
  const pino = pinoRedact();
  const body = (given: string): unknown => ({ kind: 'text', text: given, format: 'json', hint: null });
  return [
    { name: BASELINE, input: text, run: input => JSON.parse(input as string) as unknown },
    {
      name: OURS,
      input: body,
      run: input =>
        redactBody(input as Parameters<typeof redactBody>[0], plan, 'request', rules, new RedactionNotes('bench')),
    },
    {
      name: 'ours: parse and redact the tree',
      input: text,
      run: input =>
        new Walk(rules, new RedactionNotes('bench'), { direction: 'request' }).run(
          JSON.parse(input as string) as JsonValue,
          'request.body',
          plan,
        ),
    },
    {
      name: 'ours: redact the tree alone, in place',
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
          {
            name: 'parse, @pinojs/redact, stringify',
            input: text,
            run: (input: unknown) => JSON.stringify(pino(JSON.parse(input as string))),
          },
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
