import type { ActionBinding, BoundParameter } from '../capture/action-binding';
import { type Class, markOfClass } from '../decorators/metadata';
import type { Inspection } from '../inspection';
import { DtoMetadata, findTransformerStorage } from '../redact/dto-metadata';
import type { Candidate, TextRange } from './candidates';
import { type FieldSlot, FieldValues } from './field-values';
import type { LeakVariant } from './leak-report';
import { isObject, setAt } from './json-path';
import { matchingText } from './matching-text';
import { PlantedValues } from './planted-values';
import { newCore } from './sentinel';

/** Valid values for an action whose own cannot be guessed. What is left out is made up. */
export interface ActionSample {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, unknown>>;
  /** Path parameters by name. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string>>;
}

/** A request that is about to be made. */
export interface RequestDraft {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly planted: PlantedValues;
}

type Place = 'body' | 'query' | 'path' | 'header' | 'cookie';

interface Spot {
  readonly place: Place;
  /** As coverage tells it, with `*` for elements. */
  readonly path: string;
  readonly range: TextRange;
  readonly around: readonly Class[];
  /** Inside of something that is sensitive as a whole: its name. */
  readonly whole: string | null;
}

const MAX_DEPTH = 6;
const PATH_PARAMETER = /:(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?[?*+]?/g;

/** Makes requests for one action, each with sentinels of its own. */
export class RequestMaker {
  readonly #metadata = new DtoMetadata(findTransformerStorage());
  readonly #values = new FieldValues();
  readonly #route: string;
  readonly #action: string;
  #planted: PlantedValues;
  #givenHeaders: Readonly<Record<string, string>> = {};

  constructor(
    private readonly binding: ActionBinding,
    private readonly inspection: Pick<Inspection, 'verdictOf'>,
    /** Fields that are sensitive whatever marks and names say. */
    private readonly secrets: ReadonlySet<string>,
    private readonly sample: ActionSample,
  ) {
    this.#route = `${binding.method} ${binding.route}`;
    this.#action = `${binding.controller.name}.${binding.action}`;
    this.#planted = new PlantedValues(this.#route, this.#action, 'success');
  }

  /** `commonHeaders` go with every request of the test. */
  make(variant: LeakVariant, commonHeaders: Readonly<Record<string, string>>): RequestDraft {
    this.#planted = new PlantedValues(this.#route, this.#action, variant);
    this.#givenHeaders = { ...commonHeaders, ...this.sample.headers };
    const url = `${this.#path()}${this.#query()}`;
    const body = this.#body();
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...this.#headers(),
    };
    const method = this.binding.method === 'ALL' ? 'POST' : this.binding.method;
    return { method, url, headers, body, planted: this.#planted };
  }

  #path(): string {
    const given = this.sample.params ?? {};
    const values = this.#dtoMembers('path', given);
    return this.binding.route.replace(PATH_PARAMETER, (_, name: string, pattern?: string) => {
      const isGiven = given[name] !== undefined && !this.#isToBreak('path', name);
      if (isGiven && values[name] === undefined) this.#noteGivenAt('path', name, given[name]);
      const value = isGiven ? given[name] : (values[name] ?? this.#single('path', name, pattern));
      return encodeURIComponent(String(value));
    });
  }

  #query(): string {
    const pairs = Object.entries(this.#valuesOf('query', this.sample.query ?? {})).flatMap(([name, value]) =>
      (Array.isArray(value) ? (value as unknown[]) : [value]).map(
        item =>
          `${encodeURIComponent(name)}=${encodeURIComponent(isObject(item) ? JSON.stringify(item) : String(item))}`,
      ),
    );
    return pairs.length > 0 ? `?${pairs.join('&')}` : '';
  }

  #headers(): Record<string, string> {
    const { cookie, ...given } = this.#givenHeaders;
    for (const [name, value] of Object.entries(given)) {
      // The scheme of the test's own credentials is no secret.
      const secret = value.replace(/^(?:Bearer|Basic) /i, '');
      if (this.#parameterAt('header', name) === undefined) this.#noteGivenAt('header', name, secret);
    }
    const made = { ...this.#dtoMembers('header', given), ...this.#named('header', given), ...given };
    const headers = Object.fromEntries(Object.entries(made).map(([name, value]) => [name, String(value)]));
    return { ...headers, ...this.#cookies(cookie) };
  }

  #cookies(givenHeader: string | undefined): Record<string, string> {
    for (const pair of givenHeader?.split(';') ?? []) {
      const [name = '', value] = pair.trim().split('=', 2);
      this.#noteGivenAt('cookie', name, value);
    }
    const values = this.#valuesOf('cookie', this.sample.cookies ?? {});
    const pairs = Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    const cookie = [...(givenHeader === undefined ? [] : [givenHeader]), ...pairs].join('; ');
    return cookie === '' ? {} : { cookie };
  }

  /** All that is bound from a place, and what the sample puts there besides. */
  #valuesOf(place: Place, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const bound = { ...this.#dtoMembers(place, given), ...this.#named(place, given) };
    for (const [name, value] of Object.entries(given)) {
      if (!(name in bound)) this.#noteGivenAt(place, name, value);
    }
    return { ...given, ...bound };
  }

  #noteGivenAt(place: Place, name: string, value: unknown): void {
    if (!this.#isSensitive(place, name, null)) return;
    this.#planted.noteGiven(this.#id(place, name), value, { place, path: name });
  }

  #body(): string | undefined {
    const { method, parameters } = this.binding;
    const whole = parameters.find(({ in: place }) => place === 'body');
    const parts = parameters.filter(({ in: place }) => place === 'body-field');
    const given = this.sample.body;
    if (method === 'GET' || method === 'HEAD' || (!whole && parts.length === 0 && given === undefined))
      return undefined;
    const spot: Spot = { place: 'body', path: '', range: 'any', around: [], whole: this.#wholeOf(whole, 'body') };
    const made = this.#object(whole?.type ?? null, whole?.isList && Array.isArray(given) ? given[0] : given, spot);
    const named = this.#named('body', isObject(given) ? given : {});
    if (isObject(made)) {
      Object.assign(made, named);
      this.#plantSecrets(made);
    }
    return JSON.stringify(whole?.isList ? [made] : made);
  }

  /** What is sensitive by the test's own word, in a body of which no class tells. */
  #plantSecrets(body: Record<string, unknown>): void {
    const prefix = `${this.#route} body.`;
    for (const secret of this.secrets) {
      if (!secret.startsWith(prefix) || this.#planted.knows(secret)) continue;
      const core = newCore();
      const path = secret.slice(prefix.length);
      if (setAt(body, path.split('.'), core))
        this.#planted.note(secret, { value: core, core }, { place: 'body', path });
    }
  }

  #wholeOf(parameter: BoundParameter | undefined, place: Place): string | null {
    if (!parameter || parameter.mark === false) return null;
    if (parameter.mark === undefined && !(parameter.type && markOfClass(parameter.type))) return null;
    return parameter.name === undefined ? this.#id(place, '') : this.#id(place, parameter.name);
  }

  /** Members that a DTO for the whole of a place declares: `@QueryParams() search: Search`. */
  #dtoMembers(place: Place, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const whole = this.binding.parameters.find(({ in: found, name }) => found === place && name === undefined);
    if (!whole?.type) return {};
    const made = this.#object(whole.type, given, {
      place,
      path: '',
      range: rangeOf(place),
      around: [],
      whole: this.#wholeOf(whole, place),
    });
    return isObject(made) ? made : {};
  }

  /** Parameters that are bound one by one: `@QueryParam('token') token`. */
  #named(place: Place, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const found = place === 'body' ? 'body-field' : place;
    const values: Record<string, unknown> = {};
    for (const parameter of this.binding.parameters) {
      const { name, type } = parameter;
      if (parameter.in !== found || name === undefined) continue;
      if (type) {
        const whole = this.#wholeOf(parameter, place);
        const spot: Spot = { place, path: name, range: rangeOf(place), around: [], whole };
        values[name] = this.#object(type, given[name], spot);
      } else if (given[name] === undefined || this.#isToBreak(place, name)) values[name] = this.#single(place, name);
      else {
        values[name] = given[name];
        this.#noteGivenAt(place, name, given[name]);
      }
    }
    return values;
  }

  /** A value for something that is no property of a DTO. */
  #single(place: Place, name: string, pattern?: string): unknown {
    const { declaredType: noted, isList = false } = this.#parameterAt(place, name) ?? {};
    const isSensitive = this.#isSensitive(place, name, null);
    let candidate: Candidate | undefined;
    if (this.#isToBreak(place, name)) {
      const core = newCore();
      this.#planted.isBroken = true;
      candidate = { value: core, core };
    } else if (pattern !== undefined) candidate = matching(pattern);
    else {
      const slot: FieldSlot = { owner: Unvalidated, property: name, wireName: name, noted, isList };
      candidate = this.#values.valid(slot, isSensitive ? rangeOf(place) : 'ordinary');
    }
    if (isSensitive) this.#planted.note(this.#id(place, name), candidate, { place, path: name });
    return candidate?.value;
  }

  /** The host quotes what it cannot convert. */
  #isToBreak(place: Place, name: string): boolean {
    const declaredType = this.#parameterAt(place, name)?.declaredType;
    return this.#planted.variant === 'invalid' && [Number, Boolean, Date].some(type => declaredType === type);
  }

  #object(type: Class | null, given: unknown, spot: Spot): unknown {
    if (given !== undefined && !isObject(given)) return given;
    const made: Record<string, unknown> = {};
    const known = new Set<string>();
    const around = type ? [...spot.around, type] : spot.around;
    for (const property of type ? this.#metadata.propertiesOf(type) : []) {
      const wireName = this.#metadata.exposedNames(type!, property)[0] ?? property;
      known.add(wireName);
      const value = this.#property(type!, property, wireName, given?.[wireName], { ...spot, around });
      if (value !== undefined) made[wireName] = value;
    }
    for (const [name, value] of Object.entries(given ?? {})) {
      if (known.has(name)) continue;
      made[name] = value;
      this.#noteGiven(type, name, value, { ...spot, around });
    }
    return made;
  }

  #property(owner: Class, property: string, wireName: string, given: unknown, spot: Spot): unknown {
    const noted = this.#metadata.notedTypeOf(owner, property);
    const { type, container, discriminator } = this.#metadata.typeOf(owner, property);
    const isList = noted === Array || noted === Set;
    const path = [spot.path, wireName, ...(isList || container === 'map' ? ['*'] : [])]
      .filter(part => part !== '')
      .join('.');
    const id = this.#id(spot.place, path);
    const whole = spot.whole ?? (this.#isSensitive(spot.place, path, owner, wireName) ? id : null);
    const inner = discriminator?.subTypes[0]?.type ?? type;
    if (inner) {
      if (spot.around.includes(inner) || spot.around.length >= MAX_DEPTH) return given;
      const items = Array.isArray(given) ? given : [given];
      const made = items.map(item => {
        const value = this.#object(inner, item, { ...spot, path, whole });
        const [subType] = discriminator?.subTypes ?? [];
        return subType && isObject(value) ? { [discriminator!.property]: subType.name, ...value } : value;
      });
      if (container === 'map') return { key: made[0] };
      return isList ? made : made[0];
    }
    const slot: FieldSlot = { owner, property, wireName, noted, isList };
    const at = { place: spot.place, path };
    if (given !== undefined) {
      if (whole !== null) this.#planted.noteGiven(whole, given, at);
      return given;
    }
    // All sensitive fields are broken, because errors quote what they refuse, and one other where there is none.
    const isToBreak = this.#planted.variant === 'invalid' && (whole !== null || !this.#planted.isBroken);
    const broken = isToBreak ? this.#values.invalid(slot, spot.place === 'body') : undefined;
    if (broken) this.#planted.isBroken = true;
    const candidate = broken ?? this.#values.valid(slot, whole === null ? 'ordinary' : spot.range);
    if (whole !== null) this.#planted.note(whole, candidate, at);
    return candidate?.value;
  }

  #noteGiven(owner: Class | null, name: string, value: unknown, spot: Spot): void {
    const path = [spot.path, name].filter(part => part !== '').join('.');
    const whole = spot.whole ?? (this.#isSensitive(spot.place, path, owner, name) ? this.#id(spot.place, path) : null);
    if (Array.isArray(value)) {
      for (const item of value) this.#noteGivenValue(whole, `${path}.*`, item, spot);
    } else this.#noteGivenValue(whole, path, value, spot);
  }

  #noteGivenValue(whole: string | null, path: string, value: unknown, spot: Spot): void {
    if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) this.#noteGiven(null, name, inner, { ...spot, path, whole });
    } else if (whole !== null) this.#planted.noteGiven(whole, value, { place: spot.place, path });
  }

  #isSensitive(place: Place, path: string, owner: Class | null, property = path): boolean {
    if (this.secrets.has(this.#id(place, path))) return true;
    const parameter = owner ? undefined : this.#parameterAt(place, path);
    if (parameter?.mark !== undefined) return parameter.mark !== false;
    if (owner === null && place === 'cookie') return true;
    const { mode } = this.inspection.verdictOf(owner, property);
    // What the policy withholds of untyped data depends on what is around it, which only a parameter tells.
    if (owner === null && mode === 'allow') return parameter !== undefined && parameter.isLoggable !== true;
    return mode !== 'none';
  }

  #parameterAt(place: Place, name: string): BoundParameter | undefined {
    return this.binding.parameters.find(parameter => parameter.in.startsWith(place) && parameter.name === name);
  }

  #id(place: Place, path: string): string {
    return `${this.#route} ${[place, path].filter(part => part !== '').join('.')}`;
  }
}

class Unvalidated {}

function rangeOf(place: Place): TextRange {
  if (place === 'body' || place === 'query') return 'any';
  return place === 'path' ? 'path' : 'header';
}

function matching(pattern: string): Candidate | undefined {
  const expression = new RegExp(`^(?:${pattern})$`);
  for (let attempt = 0; attempt < 8; attempt++) {
    const text = matchingText(expression);
    if (expression.test(text)) return { value: text, core: text };
  }
  return undefined;
}
