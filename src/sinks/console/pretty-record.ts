import { inspect } from 'node:util';
import type { JsonValue } from '../../record/json-value';
import type { AnyRecord, LogRecord, LossRecord } from '../../record/log-record';
import { escapeControls } from './escape-controls';

const MAX_TEXT_CHARS = 500;
const MAX_BODY_CHARS = 2_000;
const STATUS_COLORS = ['magenta', 'cyan', 'green', 'cyan', 'yellow', 'red'] as const;

export interface PrettyStyle {
  readonly color: boolean;
  /** Bodies below the first line. */
  readonly bodies: boolean;
}

/** A record for human eyes: one line, and more below it for an error and for bodies. Each ends in a line feed. */
export function prettyRecord(record: AnyRecord, style: PrettyStyle): string {
  const paint: Paint = style.color ? paintWithAnsi : (_color, text) => text;
  if (record.kind === 'loss') return `${lossLine(record, paint)}\n`;
  const lines = [firstLine(record, paint), ...errorLines(record, paint)];
  if (style.bodies) {
    lines.push(...bodyLines('→', record.request, paint), ...bodyLines('←', record.response, paint));
  }
  return `${lines.join('\n')}\n`;
}

type Paint = (color: string, text: string) => string;

function paintWithAnsi(color: string, text: string): string {
  const [start, end] = inspect.colors[color] ?? [0, 0];
  return `\u001b[${start}m${text}\u001b[${end}m`;
}

function firstLine(record: LogRecord, paint: Paint): string {
  const { request, response, handler, user, redactionCount } = record;
  const parts = [
    paint('gray', timeOfDay(record.at)),
    paint('bold', printable(request.method).padEnd(6)),
    paint(STATUS_COLORS[record.statusClass] ?? 'magenta', String(response.status ?? '---')),
    printable(request.path),
    paint('gray', `${record.durationMs.toFixed(1)} ms`),
  ];
  if (handler) parts.push(paint('cyan', printable(`${handler.controller}.${handler.action}`)));
  if (user?.id) parts.push(paint('gray', `user ${printable(user.id)}`));
  if (response.outcome !== 'sent') parts.push(paint('yellow', response.outcome));
  if (record.incomplete) parts.push(paint('yellow', 'handler still running'));
  if (redactionCount > 0) parts.push(paint('gray', `${redactionCount} redacted`));
  return parts.join('  ');
}

function lossLine({ at, since, lost, reasons }: LossRecord, paint: Paint): string {
  const why = Object.entries(reasons).map(([reason, count]) => `${reason} ${count}`);
  const text = `${lost} records lost since ${timeOfDay(since)}: ${printable(why.join(', '))}`;
  return [paint('gray', timeOfDay(at)), paint('yellow', text)].join('  ');
}

function errorLines({ error, level }: LogRecord, paint: Paint): string[] {
  if (!error) return [];
  const lines = [`  ${paint('red', printable(error.name))}: ${printable(error.message)}`];
  for (const { path, constraints } of error.validation ?? []) {
    lines.push(`    ${printable(path)}: ${printable(Object.values(constraints).join(', '))}`);
  }
  for (const cause of error.causes) {
    lines.push(`    caused by ${printable(cause.name)}: ${printable(cause.message)}`);
  }
  // Where an expected error (4xx) was thrown is of no interest; the whole stack is in the JSON.
  const place = level === 'error' && /^ +at .*/m.exec(error.stack ?? '')?.[0].trim();
  if (place) lines.push(`    ${paint('gray', printable(place))}`);
  return lines;
}

function bodyLines(arrow: string, message: LogRecord['request'] | LogRecord['response'], paint: Paint): string[] {
  if (message.bodyOmitted) return [`  ${paint('gray', `${arrow} body left out: ${message.bodyOmitted}`)}`];
  if (message.body === undefined) return [];
  return [`  ${paint('gray', arrow)} ${bodyText(message.body)}`];
}

function bodyText(body: JsonValue): string {
  return printable(typeof body === 'string' ? body : JSON.stringify(body), MAX_BODY_CHARS);
}

/** Every text of a record goes through here: a request may have put anything into it. */
function printable(text: string, maxChars = MAX_TEXT_CHARS): string {
  const cut = text.length > maxChars ? `${text.slice(0, maxChars)}… (${text.length - maxChars} more)` : text;
  return escapeControls(cut);
}

function timeOfDay(at: Date): string {
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
}
