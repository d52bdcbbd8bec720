import type { DecidedBy, FieldMode } from '../redact/describe-fields';

/** A part of a request or response in which a field comes. */
export type FieldPlace = 'body' | 'query' | 'path' | 'header' | 'cookie';

/** Whether requests of a route become records: by `@Logged`, not at all by `@Logged(false)`, or as nobody said. */
export type RouteLogging = 'logged' | 'switched-off' | 'not-logged';

/** One action, as the host registered it. */
export interface CoverageRoute {
  /** `POST /payments` */
  readonly id: string;
  readonly method: string;
  readonly route: string;
  readonly controller: string;
  readonly action: string;
  readonly logging: RouteLogging;
}

/** One field of one route, and what becomes of its value. */
export interface CoverageField {
  /** `POST /payments body.card.number`; `response.…` for the response. */
  readonly id: string;
  /** {@link CoverageRoute.id} */
  readonly route: string;
  readonly controller: string;
  readonly action: string;
  readonly logging: RouteLogging;
  /** A response is listed where TypeScript noted its class; a promise hides it until run time. */
  readonly side: 'request' | 'response';
  readonly place: FieldPlace;
  /** Names on the wire, joined by dots; `*` for any element or key; empty for the place as a whole. */
  readonly path: string;
  /** Class that declares the field; `null` for a named parameter such as `@QueryParam('token')`. */
  readonly owner: string | null;
  readonly type: string;
  readonly mode: FieldMode;
  /** What decided the mode; `null` when nothing did. */
  readonly by: DecidedBy | null;
}

/**
 * - `secret-without-mark`: a field is named like a secret and has no mark.
 * - `untyped-body`: a `@Body()` whose class is not known at run time.
 * - `erased-type`: `import type` took a class away.
 * - `untyped-field`: a field whose class is not known, so that only names decide in it.
 * - `mark-without-record`: `@Sensitive` fields under a route that nobody logs.
 * - `inherited-parameters`: an inherited action, which the host calls without its parameters.
 * - `unlisted-fields`: a class with more fields than are listed.
 */
export type CoverageWarningKind =
  | 'secret-without-mark'
  | 'untyped-body'
  | 'erased-type'
  | 'untyped-field'
  | 'mark-without-record'
  | 'inherited-parameters'
  | 'unlisted-fields';

/** Something to put right, told once however many routes share it. */
export interface CoverageWarning {
  readonly kind: CoverageWarningKind;
  /** `SignUp.password`, or the action that it is about. */
  readonly where: string;
  /** What is wrong and the remedy. */
  readonly message: string;
  /** {@link CoverageRoute.id} of every route that it is about. */
  readonly routes: readonly string[];
}

/** What {@link Logging.coverage} returns: plain JSON. */
export interface CoverageReport {
  /** `controllers` when no application was known: all that this process has loaded, without an application's prefix. */
  readonly source: 'application' | 'controllers';
  readonly routes: readonly CoverageRoute[];
  readonly fields: readonly CoverageField[];
  readonly warnings: readonly CoverageWarning[];
}
