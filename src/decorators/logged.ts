import { UseInterceptor } from 'routing-controllers';
import { LoggingError } from '../errors';
import { refuseUnknownKeys } from '../option-checks';
import { interceptResult } from './logging-interceptor';
import { setLogged } from './metadata';
import { checkSelection, type LoggedOptions, SELECTION_KEYS } from './selection-options';

/** What is undefined says nothing, and must not stand before what somebody else says. */
function stated(given: LoggedOptions): LoggedOptions {
  refuseUnknownKeys('@Logged()', given, SELECTION_KEYS);
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  checkSelection('@Logged() ', options);
  return options;
}

/**
 * Records every action of a controller class, or one action. The method's options win over the class's;
 * `@Logged(false)` switches an action off, or a class except for its marked actions.
 *
 * @throws {@link LoggingError} `OPTION_…` for wrong options, `DECORATOR_INVALID` on anything but a class or a method.
 * @example
 * @Logged()
 * @JsonController('/users')
 * class UsersController {
 *   @Get('/:id') @Logged({ sample: 0.1, slowMs: 300 }) one(@Param('id') id: string) {}
 *   @Get('/health') @Logged(false) health() {}
 * }
 */
export function Logged(given: LoggedOptions | false = {}): ClassDecorator & MethodDecorator {
  const options = given === false ? false : stated(given);
  return (target: object, member?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (member === undefined && typeof target === 'function') {
      setLogged(target, undefined, options);
      if (options !== false) UseInterceptor(interceptResult)(target);
      return;
    }
    if (typeof member !== 'string' || typeof descriptor?.value !== 'function' || typeof target === 'function') {
      throw new LoggingError(
        'DECORATOR_INVALID',
        `@Logged() belongs on a controller class or one of its action methods, not on ${String(member)}.`,
      );
    }
    setLogged(target.constructor, member, options);
    if (options !== false) UseInterceptor(interceptResult)(target, member);
  };
}
