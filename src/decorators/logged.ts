import { UseInterceptor } from 'routing-controllers';
import { LoggingError } from '../errors';
import { refuseUnknownKeys } from '../option-checks';
import { interceptResult } from './logging-interceptor';
import { setLogged } from './metadata';
import { checkSelection, type LoggedOptions, SELECTION_KEYS } from './selection-options';

/**
 * Records every action of a controller class, or one action. The method's options win over the class's;
 * `@Logged(false)` switches an action, or a class but for its marked actions, off.
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
export function Logged(options: LoggedOptions | false = {}): ClassDecorator & MethodDecorator {
  if (options !== false) {
    refuseUnknownKeys('@Logged()', options, SELECTION_KEYS);
    checkSelection('@Logged() ', options);
  }
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
