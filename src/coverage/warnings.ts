import type { DescribedField } from '../redact/describe-fields';
import type { CoverageWarning, CoverageWarningKind } from './coverage-report';

type Advice = Omit<CoverageWarning, 'routes'>;

/** Collects warnings; the same one of several routes is listed once. */
export class Warnings {
  readonly #found = new Map<string, Advice & { readonly routes: string[] }>();

  add(route: string, { kind, where, message }: Advice): void {
    const key = `${kind} ${where}`;
    const known = this.#found.get(key);
    if (!known) this.#found.set(key, { kind, where, message, routes: [route] });
    else if (!known.routes.includes(route)) known.routes.push(route);
  }

  list(): CoverageWarning[] {
    return [...this.#found.values()];
  }
}

/** What to say of a field that somebody should look at. */
export function adviceOn(field: DescribedField, action: string, place: string): Advice | null {
  const { owner, property, path, mode, concern } = field;
  const where = owner === null ? `${action}(${path || place})` : `${owner}.${property}`;
  const told = (kind: CoverageWarningKind, message: string): Advice => ({
    kind,
    where,
    message: `${where} ${message}`,
  });
  switch (concern) {
    case null:
      return null;
    case 'name-only':
      return told(
        'secret-without-mark',
        `is kept out of the records (${mode}) by its name alone; under another name it would be recorded. Add @Sensitive().`,
      );
    case 'resembles':
      return told(
        'secret-without-mark',
        'sounds like a secret and is recorded as it is. Add @Sensitive(), or @Sensitive(false) if it is none.',
      );
    case 'marked-elsewhere':
      return told(
        'secret-without-mark',
        `is recorded as it is, and another class marks its "${property}" as sensitive. Add @Sensitive(), or ` +
          '@Sensitive(false) if it is harmless here.',
      );
    case 'erased':
      return told('erased-type', `has lost its class to "import type"; only names decide in it. ${AS_A_VALUE}`);
    case 'untyped':
      return told(
        'untyped-field',
        'has no class at run time, so only names decide in it. Add @Type(() => Dto), or mark it as a whole with @Sensitive().',
      );
    case 'unlisted':
      return told('unlisted-fields', 'holds more fields than a report lists; look at its classes one by one.');
  }
}

const AS_A_VALUE = 'Import the class as a value.';

/** What to say of a `@Body()` without a class. */
export function adviceOnBody(declaredType: unknown, action: string): Advice | null {
  const where = `${action}(@Body)`;
  if (declaredType === Function) {
    return {
      kind: 'erased-type',
      where,
      message: `The @Body() of ${action} has lost its class to "import type": it is not validated and only names decide in it. ${AS_A_VALUE}`,
    };
  }
  if (declaredType !== Object && declaredType !== Array && declaredType !== undefined) return null;
  return {
    kind: 'untyped-body',
    where,
    message:
      `The @Body() of ${action} has no class at run time, so only names decide in it. Give it a class; for an array ` +
      'or a union, name it: @Body({ type: Dto }).',
  };
}
