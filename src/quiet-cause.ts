import { classNameOf } from './class-name';

const MAX_FRAMES = 20;

/**
 * What may be reported of an error that the application's code threw: its kind and where, without a word of its message. That
 * could quote the request, and what is reported goes wherever the application's own messages go.
 */
export function quietCause(thrown: unknown): Error {
  if (!(thrown instanceof Error))
    return new Error(`A value of type ${thrown === null ? 'null' : typeof thrown} was thrown.`);
  const kind = classNameOf(thrown) ?? 'Error';
  const quiet = new Error(`${kind}; its message is left out, because it may quote request data.`);
  quiet.name = 'Cause';
  quiet.stack = [`Cause: ${quiet.message}`, ...framesOf(thrown)].join('\n');
  return quiet;
}

function framesOf(thrown: Error): readonly string[] {
  const stack = ownText(thrown, 'stack');
  const message = ownText(thrown, 'message');
  // A message of several lines can look like frames: only what follows it is certain.
  const at = stack.indexOf(message);
  if (at === -1) return [];
  return stack
    .slice(at + message.length)
    .split('\n')
    .filter(line => line.startsWith('    at '))
    .slice(0, MAX_FRAMES);
}

function ownText(thrown: Error, key: 'stack' | 'message'): string {
  try {
    const value: unknown = thrown[key];
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
