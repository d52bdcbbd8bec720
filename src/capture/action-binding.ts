import { ActionMetadata, getMetadataArgsStorage, type KoaDriver, type ParamMetadata } from 'routing-controllers';
import { type Class, isLoggableParameter, loggedOf, markedParameters, parameterTypesOf } from '../decorators/metadata';
import { LoggingInterceptor } from '../decorators/logging-interceptor';
import type { LoggedOptions } from '../decorators/selection-options';
import type { DeclaredParameter } from '../redact/parameter-plan';

/** A bound parameter with what only the host knows of it. */
export interface BoundParameter extends DeclaredParameter {
  /** What TypeScript noted or the decorator was told: also `Object`, `Array`, `String` and the like. */
  readonly declaredType: unknown;
  /** An array, of `type` if that is known. */
  readonly isList: boolean;
}

/** An action as the host registered it in one application. */
export interface ActionBinding {
  readonly controller: Class;
  readonly action: string;
  /** HTTP method in capitals; `ALL` for any. */
  readonly method: string;
  /** Path template with the application's prefix, as the router got it. */
  readonly route: string;
  /** What `@Logged` says: `undefined` nothing, `false` switched off. */
  readonly logged: LoggedOptions | false | undefined;
  readonly parameters: readonly BoundParameter[];
  /** The DTO classes among them. */
  readonly parameterTypes: readonly Class[];
  /** Takes uploaded files, which come as multipart only. */
  readonly takesFiles: boolean;
  /** The driver sends errors itself, so none of them reaches a middleware. */
  readonly answersErrors: boolean;
  /** Set-up mistakes that the host does not tell, in words for the user. */
  readonly warnings: readonly BindingWarning[];
}

export interface BindingWarning {
  readonly code: 'INHERITED_PARAMETERS' | 'UNTYPED_BODY';
  readonly message: string;
}

const { isPrototypeOf } = Object.prototype;

const PLACES: Readonly<Record<string, DeclaredParameter['in']>> = {
  body: 'body',
  'body-param': 'body-field',
  query: 'query',
  queries: 'query',
  param: 'path',
  params: 'path',
  header: 'header',
  headers: 'header',
  cookie: 'cookie',
  cookies: 'cookie',
};

/** Classes that TypeScript notes when it knows nothing of a parameter's own class. */
const UNINFORMATIVE: readonly unknown[] = [Object, Array, Function, String, Number, Boolean, Date, Promise, Symbol];

function isDtoClass(type: unknown): type is Class {
  return typeof type === 'function' && !UNINFORMATIVE.includes(type);
}

function boundParameters(metadata: ActionMetadata): BoundParameter[] {
  const marks = markedParameters(metadata.target, metadata.method);
  const noted = parameterTypesOf(metadata.target, metadata.method);
  const params = [...metadata.params].sort((one, other) => one.index - other.index);
  return params.flatMap(param => {
    const place = PLACES[param.type];
    if (!place) return [];
    const mark = marks.get(param.index);
    return {
      in: place,
      declaredType: param.targetType,
      isList: noted[param.index] === Array || param.isArray === true,
      ...(param.name ? { name: param.name } : {}),
      ...(isDtoClass(param.targetType) ? { type: param.targetType } : {}),
      ...(mark !== undefined ? { mark } : {}),
      ...(isLoggableParameter(metadata.target, metadata.method, param.index) ? { isLoggable: true } : {}),
    };
  });
}

/** The host looks parameters up on the concrete class only: an inherited action is called without arguments. */
function inheritedParametersWarning(metadata: ActionMetadata, name: string): BindingWarning[] {
  const target = metadata.target as Class;
  if (metadata.params.length > 0 || Object.hasOwn(target.prototype, metadata.method)) return [];
  const owner = getMetadataArgsStorage().params.find(
    param => param.method === metadata.method && target.prototype instanceof param.object.constructor,
  );
  if (!owner) return [];
  return [
    {
      code: 'INHERITED_PARAMETERS',
      message:
        `${name} is inherited from ${owner.object.constructor.name}, and routing-controllers calls inherited actions ` +
        `without their parameters. Override the method in ${target.name} and decorate its parameters there.`,
    },
  ];
}

/** `import type` erases a DTO class: the host then neither validates the body nor can we know its sensitive fields. */
function untypedBodyWarning(param: ParamMetadata | undefined, name: string): BindingWarning[] {
  if (!param || (param.targetType !== Object && (param.targetType as unknown) !== Function)) return [];
  return [
    {
      code: 'UNTYPED_BODY',
      message:
        `The @Body() of ${name} has no class at run time, so it is not validated and only name rules redact it. ` +
        'Import its DTO class as a value (not with "import type"), or name it: @Body({ type: Dto }).',
    },
  ];
}

/** A result's interceptor is not asked about failures, so what it stands at is known from the start. */
function hasLoggingInterceptor({ interceptors, controllerMetadata }: ActionMetadata): boolean {
  const isOurs = (type: unknown) =>
    type === LoggingInterceptor || (typeof type === 'function' && isPrototypeOf.call(LoggingInterceptor, type));
  return [...controllerMetadata.interceptors, ...interceptors].some(({ interceptor }) => isOurs(interceptor));
}

/**
 * Reads what the host knows of an action at the moment of its registration.
 *
 * @param isIntercepted A {@link LoggingInterceptor} stands before all actions of the application.
 */
export function bindAction(driver: KoaDriver, metadata: ActionMetadata, isIntercepted: boolean): ActionBinding {
  const controller = metadata.target as Class;
  const name = `${controller.name}.${metadata.method}`;
  const byHand = isIntercepted || hasLoggingInterceptor(metadata) ? {} : undefined;
  const logged = loggedOf(controller, metadata.method) ?? byHand;
  const parameters = boundParameters(metadata);
  const route = ActionMetadata.appendBaseRoute(driver.routePrefix, metadata.fullRoute);
  return {
    controller,
    action: metadata.method,
    method: metadata.type.toUpperCase(),
    // The host registers string routes without a trailing slash.
    route: typeof route === 'string' && route.length > 1 ? route.replace(/\/$/, '') : String(route),
    logged,
    parameters,
    parameterTypes: parameters.flatMap(({ type }) => (type ? [type] : [])),
    takesFiles: metadata.params.some(({ type }) => type === 'file' || type === 'files'),
    answersErrors: driver.isDefaultErrorHandlingEnabled,
    warnings: logged
      ? [
          ...inheritedParametersWarning(metadata, name),
          ...untypedBodyWarning(
            metadata.params.find(param => param.type === 'body'),
            name,
          ),
        ]
      : [],
  };
}
