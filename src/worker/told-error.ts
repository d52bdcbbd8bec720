import { LoggingError } from '../errors';
import type { ToldError } from './messages';

/** An error as it travels to another thread. */
export function tellError({ code, message, cause }: LoggingError): ToldError {
  if (!(cause instanceof Error)) return { code, message };
  const { name, message: causeMessage, stack } = cause;
  const { code: causeCode } = cause as { readonly code?: unknown };
  return {
    code,
    message,
    cause: {
      name,
      message: causeMessage,
      ...(typeof causeCode === 'string' && { code: causeCode }),
      ...(stack !== undefined && { stack }),
    },
  };
}

/** The error that another thread told. */
export function hearError({ code, message, cause }: ToldError): LoggingError {
  if (!cause) return new LoggingError(code, message);
  const heard = Object.assign(new Error(cause.message), cause);
  return new LoggingError(code, message, { cause: heard });
}
