import { expect } from 'chai';
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoCompatibilityError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoNotConnectedError,
  MongoServerError,
  MongoTopologyClosedError,
  BSON,
  type BulkWriteResult,
} from 'mongodb';
import {
  classifyDocument,
  classifyFailure,
  readFailedInsert,
  retryAfterMs,
  sinkFailureKind,
  type FailureKind,
} from '../../src/mongo/write-failure';

const SECRET = 'a quoted value';

function emptyResult(concern?: { readonly code: number }): BulkWriteResult {
  return { getWriteErrors: () => [], getWriteConcernError: () => concern } as unknown as BulkWriteResult;
}

// Not enumerable, like the names of real errors: the driver copies all other fields when it wraps an error.
const namedError = (name: string, fields: object = {}): Error =>
  Object.defineProperty(Object.assign(new Error(SECRET), fields), 'name', { value: name });

describe('a failed write', () => {
  const codes: readonly (readonly [FailureKind, readonly number[]])[] = [
    ['retry', [6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]],
    ['retry', [50, 64, 100, 112, 134, 202, 365, 371, 402]],
    ['slow-retry', [8000, 14031]],
    ['overloaded', [433, 449, 450, 462]],
    ['config', [13, 18, 20, 26, 73, 79, 166]],
    ['poison', [2, 9, 14, 15, 22, 53, 61, 67, 116, 121, 171, 378, 10334]],
    ['unknown', [1, 8, 59, 31_337]],
  ];
  for (const [kind, list] of codes) {
    for (const code of list) {
      it(`is ${kind} with server code ${code}, bare, wrapped or of one document`, () => {
        const reply = { ok: 0, code, errmsg: SECRET };
        const bare = classifyFailure(new MongoServerError(reply));
        const wrapped = readFailedInsert(new MongoBulkWriteError(new MongoServerError(reply), emptyResult()));
        expect([bare.kind, wrapped.command?.kind, classifyDocument(code, SECRET).kind]).to.deep.equal([
          kind,
          kind,
          kind,
        ]);
        expect(bare.words)
          .to.match(new RegExp(`^[\\w ]+ \\(${code}\\)$`))
          .and.not.contain(SECRET);
      });
    }
  }

  const driverErrors: readonly (readonly [FailureKind, Error])[] = [
    ['retry', new MongoNetworkError(SECRET)],
    ['retry', new MongoNetworkTimeoutError(SECRET)],
    ['retry', new MongoNotConnectedError(SECRET)],
    ['retry', new MongoTopologyClosedError(SECRET)],
    ['retry', new MongoClientClosedError()],
    ['retry', namedError('MongoServerSelectionError')],
    ['retry', namedError('MongoWaitQueueTimeoutError')],
    ['retry', namedError('MongoPoolClearedError')],
    ['retry', namedError('MongoPoolClearedOnNetworkError')],
    ['retry', namedError('MongoPoolClosedError')],
    ['retry', namedError('Error', { code: 'ENOTFOUND', syscall: 'querySrv' })],
    ['config', new MongoCompatibilityError(SECRET)],
    ['build', new MongoInvalidArgumentError(SECRET)],
    ['build', new BSON.BSONError(SECRET)],
    ['build', new RangeError(SECRET)],
    ['build', namedError('RangeError', { code: 'ERR_OUT_OF_RANGE' })],
    ['build', new TypeError(SECRET)],
    ['unknown', namedError('MongoErrorOfTomorrow')],
  ];
  for (const [kind, error] of driverErrors) {
    it(`is ${kind} when it is a ${error.name}, bare or wrapped`, () => {
      const wrapped = readFailedInsert(new MongoBulkWriteError(error, emptyResult()));
      expect([classifyFailure(error).kind, wrapped.command?.kind]).to.deep.equal([kind, kind]);
      expect(classifyFailure(error).words).not.to.contain(SECRET);
    });
  }

  it('is build when somebody throws what is no error', () => {
    expect(classifyFailure(SECRET)).to.deep.equal({ kind: 'build', words: 'Error', labels: [] });
    expect(classifyFailure(undefined).kind).to.equal('build');
  });

  it('may be tried again when the server labels it so, whatever its code', () => {
    const labelled = (code: number, errorLabels: string[]): FailureKind =>
      classifyFailure(new MongoServerError({ code, errmsg: SECRET, errorLabels })).kind;
    expect(labelled(31_337, ['RetryableWriteError'])).to.equal('retry');
    expect(labelled(2, ['RetryableError'])).to.equal('retry');
    expect(labelled(13, ['RetryableWriteError'])).to.equal('config');
    expect(labelled(31_337, ['SystemOverloadedError', 'RetryableError'])).to.equal('overloaded');
  });

  it('is named by the code of the system call behind it', () => {
    const cause = new MongoNetworkError(SECRET, { cause: namedError('Error', { code: 'ECONNREFUSED' }) });
    expect(classifyFailure(namedError('MongoServerSelectionError', { cause })).words).to.equal(
      'MongoServerSelectionError (ECONNREFUSED)',
    );
  });

  it('passes on no text in the place of a name', () => {
    const error = namedError(`user:${SECRET}`, { code: 4711, codeName: SECRET, errorLabels: [SECRET] });
    expect(classifyFailure(error)).to.deep.equal({
      kind: 'unknown',
      words: 'server error (4711)',
      code: 4711,
      labels: [],
    });
  });

  const duplicates: readonly (readonly [FailureKind, string])[] = [
    ['delivered', 'E11000 duplicate key error collection: a.b index: _id_ dup key: { _id: "x" }'],
    ['delivered', 'E11000 duplicate key error collection: a.b index: _id_'],
    ['delivered', 'E11000 duplicate key error collection: a.b dup key: { _id: "x" }'],
    ['poison', 'E11000 duplicate key error collection: a.b index: requestId_1 dup key: { requestId: "x" }'],
    ['poison', 'E11000 duplicate key error collection: a.b index: _id_hashed dup key: { _id: "x" }'],
    ['poison', 'E11000 duplicate key error collection: a.b index: r_1 dup key: { r: " index: _id_ dup key: { _id: " }'],
    ['poison', 'E11000 duplicate key error'],
  ];
  for (const [kind, errmsg] of duplicates) {
    it(`is ${kind} for ${errmsg}`, () => expect(classifyDocument(11000, errmsg).kind).to.equal(kind));
  }

  it('is written, but not confirmed, when only the write concern failed', () => {
    for (const code of [64, 91, 100, 2, 4711]) {
      const { command, isIncomplete } = readFailedInsert(
        new MongoBulkWriteError({ message: SECRET, code }, emptyResult({ code })),
      );
      expect(command?.kind).to.equal('retry');
      expect(command?.words).to.match(/^written, but not confirmed: /);
      expect(isIncomplete).to.equal(false);
    }
  });

  it('tells delivery what to do', () => {
    const kinds: readonly FailureKind[] = ['retry', 'unknown', 'overloaded', 'slow-retry', 'config'];
    expect(kinds.map(sinkFailureKind)).to.deep.equal([
      'transient',
      'transient',
      'overloaded',
      'configuration',
      'configuration',
    ]);
  });

  it('has to wait according to its kind', () => {
    const kinds: readonly FailureKind[] = ['retry', 'overloaded', 'unknown', 'slow-retry', 'config'];
    expect(kinds.map(retryAfterMs)).to.deep.equal([undefined, 2_000, 10_000, 30_000, 30_000]);
  });
});
