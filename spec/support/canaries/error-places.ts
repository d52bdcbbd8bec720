import { HttpError } from 'routing-controllers';
import { HandledError, QuietError } from './canary-controller';
import { type CanaryPlace, channel, json, type Make, NEVER_READ, place, plainRequest, type Rest } from './canary-place';

/** An error of an action whose request had the secret in a sensitive field. */
const quoting = (name: string, make: Make<Error>, rest: Rest = {}) =>
  place(name, canary => json('/account', { motto: canary }), { act: canary => refuse(make(canary)), ...rest });

/** An error that tells of what the exchange does not carry. */
const telling = (name: string, make: Make<unknown>, rest: Rest = {}) =>
  place(name, plainRequest, { act: canary => refuse(make(canary)), ...rest });

const refused = (name: string, path: Make<string>) => place(name, canary => ({ path: path(canary) }));

/** Secrets that errors tell, of the application and of what refuses its input. */
export const ERROR_PLACES: readonly CanaryPlace[] = [
  ...channel(
    'names, messages and stacks of errors',
    quoting('message', canary => new Error(`bad motto ${canary}`)),
    quoting('message that quotes JSON', canary => new Error(JSON.stringify({ motto: canary }))),
    quoting('name', canary => Object.assign(new Error('x'), { name: `Bad ${canary}` })),
    quoting('code', canary => Object.assign(new Error('x'), { code: canary })),
    quoting('stack', canary => Object.assign(new Error('x'), { stack: `Error: ${canary}\n    at x (x.js:1:1)` })),
    quoting('HttpError', canary => new HttpError(418, `not with ${canary}`)),
    telling('connection string in a message', canary => {
      return new Error(`connect ECONNREFUSED mongodb://me:${canary}@db:27017/shop`);
    }),
    telling('URL in a message', canary => new Error(`GET https://pay.example/v1?api_key=${canary}&page=2 failed`)),
    telling('text that JSON.parse refused', canary => new QuietError(refusalOf(canary).message)),
    telling('text that JSON.parse refused, in the answer too', refusalOf),
    telling(
      'other properties',
      canary =>
        Object.assign(new RangeError('x'), { toJSON: () => ({}), body: canary, config: { headers: { canary } } }),
      NEVER_READ,
    ),
    telling('thrown things that are no errors', canary => new Refusal(canary), NEVER_READ),
  ),
  ...channel(
    'causes and parts of errors',
    quoting('cause', canary => new Error('outer', { cause: new Error(canary) })),
    quoting('cause of a cause', canary => new Error('a', { cause: new Error('b', { cause: new Error(canary) }) })),
    quoting('cause that is a text', canary => new Error('outer', { cause: `because ${canary}` })),
    quoting('parts of an AggregateError', canary => new AggregateError([new Error(canary)], 'several')),
    quoting('parts that are texts', canary => new AggregateError([`part ${canary}`], 'several')),
  ),
  ...channel(
    'failed validations',
    place('value and target', canary => json('/strict', { words: canary }), { isAnswerClean: true }),
    place('children', canary => json('/strict', { phrases: [{ words: canary }] }), { isAnswerClean: true }),
    place('message of another property', canary => json('/strict', { words: canary, mail: `not ${canary}` })),
  ),
  ...channel(
    'refused parameters',
    refused('that are no number', canary => `/count?count=${canary}`),
    refused('that are broken JSON', canary => `/filter?filter={${canary}`),
    refused('that are missing, whose error tells the URL', canary => `/page?token=${canary}`),
    refused('without authorization, whose error tells the URL', canary => `/members?token=${canary}`),
  ),
  ...channel(
    'answers of error handlers',
    quoting('a listed name', canary => new HandledError(canary)),
    quoting('that fail', canary => new HandledError(canary), { hook: 'failing handler' }),
  ),
];

class Refusal {
  readonly reason: unknown;

  constructor(canary: string) {
    this.reason = { canary };
  }

  toJSON() {
    return {};
  }
}

function refuse(reason: unknown): never {
  throw reason;
}

function refusalOf(text: string): Error {
  try {
    JSON.parse(text);
  } catch (refusal) {
    return refusal as Error;
  }
  throw new Error(`${text} is JSON`);
}
