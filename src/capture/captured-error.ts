import { isNativeError, isProxy } from 'node:util/types';
import { classNameOf } from '../class-name';
import type { RecordCause } from '../record/log-record';
import type { SnapshotError, SnapshotValidation } from '../record/snapshot';

const MAX_CAUSES = 8;

/** Reads a property of something thrown; accessors of application objects may throw. */
function read(thrown: object, key: string): unknown {
  try {
    return (thrown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

function isReadable(thrown: unknown): thrown is object {
  return typeof thrown === 'object' && thrown !== null && !isProxy(thrown);
}

// A whitelist: errors carry request bodies, queries and documents in their other properties.
function nameMessageCode(thrown: unknown): RecordCause {
  if (!isReadable(thrown)) {
    // A thrown string or number has no type that could say whether it is harmless.
    return { name: 'NonError', message: `a value of type ${thrown === null ? 'null' : typeof thrown} was thrown` };
  }
  const own = text(read(thrown, 'name'));
  const name = own && own !== 'Error' ? own : (classNameOf(thrown) ?? 'Error');
  const message = isNativeError(thrown) || thrown instanceof Error ? (text(read(thrown, 'message')) ?? '') : '';
  const code = text(read(thrown, 'code'));
  return { name, message, ...(code !== undefined ? { code } : {}) };
}

/** What `cause` and `AggregateError.errors` lead to, breadth first; each object once, because causes can form a ring. */
function causesOf(thrown: unknown): RecordCause[] {
  const causes: RecordCause[] = [];
  const seen = new Set<unknown>([thrown]);
  const queue: unknown[] = [thrown];
  while (queue.length > 0 && causes.length < MAX_CAUSES) {
    const error = queue.shift();
    if (!isReadable(error)) continue;
    const parts = error instanceof AggregateError ? read(error, 'errors') : undefined;
    for (const next of [read(error, 'cause'), ...(Array.isArray(parts) ? parts : [])]) {
      if (next === undefined || next === null || seen.has(next) || causes.length === MAX_CAUSES) continue;
      seen.add(next);
      causes.push(nameMessageCode(next));
      queue.push(next);
    }
  }
  return causes;
}

/** The parts of an error that a record may hold, as plain data and not yet redacted. */
export function captureError(
  thrown: unknown,
  validationOf: (error: unknown) => readonly SnapshotValidation[] | undefined,
): SnapshotError {
  const validation = validationOf(thrown);
  return {
    ...nameMessageCode(thrown),
    stack: isReadable(thrown) ? (text(read(thrown, 'stack')) ?? null) : null,
    causes: causesOf(thrown),
    ...(validation ? { validation } : {}),
  };
}
