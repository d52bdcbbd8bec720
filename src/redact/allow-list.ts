import type { JsonObject, JsonValue } from '../record/json-value';
import type { SnapshotBody, SnapshotError } from '../record/snapshot';
import { REDACTED } from './markers';
import type { Plan } from './plan';
import type { RedactedBody } from './redact-body';

// What the policy `allow` leaves of the parts of a record that no property of a class declares.

/** Headers whose values describe the message itself. All others keep their names only. */
export const SAFE_HEADERS: ReadonlySet<string> = new Set([
  ...['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'accept-ranges', 'allow', 'cache-control'],
  ...['connection', 'content-encoding', 'content-language', 'content-length', 'content-type', 'date', 'host'],
  ...['keep-alive', 'retry-after', 'transfer-encoding', 'user-agent', 'vary'],
]);

/** Set when nothing in the body could be marked: no class of it is known. */
export function withheldBody(body: SnapshotBody, plan: Plan | null): RedactedBody | undefined {
  if (body.kind === 'multipart') {
    const files = body.files.map(({ field, contentType, bytes }) => ({ field, name: REDACTED, contentType, bytes }));
    return { bodyOmitted: 'multipart', body: { fields: [...body.fields], files } };
  }
  const isUntyped = body.kind === 'text' && plan === null && (body.hint === null || body.hint === 'unknown');
  return isUntyped && body.text !== '' ? { bodyOmitted: 'policy' } : undefined;
}

/** The path as the route has it, with the parameters that are recorded; what reached no route is the client's text. */
export function pathOfRoute(route: string | undefined, parameterOf: (name: string) => JsonValue | undefined): string {
  if (route === undefined) return REDACTED;
  return route.replace(/:(\w+)(?:\([^)]*\))?[?*+]?/g, (_, name: string) => {
    const recorded = parameterOf(name);
    return typeof recorded === 'string' ? recorded : REDACTED;
  });
}

/** The error without its texts, which may quote anything: what it is and where it came from. */
export function withholdMessages({ name, message, code, stack, causes, validation }: SnapshotError): JsonObject {
  return {
    name,
    message: REDACTED,
    ...(code !== undefined && { code }),
    stack: stack === null ? null : placesOf(stack, message),
    causes: causes.map(cause => ({
      name: cause.name,
      message: REDACTED,
      ...(cause.code !== undefined && { code: cause.code }),
    })),
    ...(validation && {
      validation: validation.map(({ path, constraints }) => ({
        path,
        constraints: Object.fromEntries(Object.keys(constraints).map(rule => [rule, REDACTED])),
      })),
    }),
  };
}

const PLACE = /^ {4}at [^\n]+$/;
const HEADING = /^(?:Uncaught )?[\w$.]{1,128}(?: \[\w{1,64}\])?(?:: )?$/;

/** The lines of a stack that tell places; `null` when it cannot be told where the message ends. */
function placesOf(stack: string, message: string): string | null {
  const firstLine = stack.split('\n', 1)[0]!;
  // Without a message when it was made; many classes set theirs afterwards.
  const wasEmpty = HEADING.test(firstLine) && !firstLine.endsWith(': ');
  const start = wasEmpty ? firstLine.length : stack.indexOf(message);
  const end = wasEmpty ? start : start + message.length;
  if (start === -1 || !HEADING.test(stack.slice(0, start))) return null;
  const lines = stack.slice(end).split('\n');
  if (lines.shift() !== '') return null;
  return lines.filter(line => PLACE.test(line)).join('\n');
}
