import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { LoggingError } from '../../src/errors';
import { mongoSink, type MongoSinkOptions } from '../../src/mongo';
import { connectionName } from '../../src/mongo/connection-name';
import { prepareConnection } from '../../src/mongo/connection';

const URL = 'mongodb://db1.example/shop';
const URL_MESSAGE =
  'mongoSink.url must be a MongoDB connection string such as mongodb://host:27017/database or ' +
  'mongodb+srv://host/database. User name and password must be percent-encoded, and every option known to the driver.';
const NO_URL = (given: string): string =>
  `mongoSink.url must be a MongoDB connection string, got ${given}: set MONGODB_URL or whatever holds it, or give ` +
  '`collection` a Collection of your own client.';

function thrownBy(work: () => unknown): LoggingError {
  try {
    work();
  } catch (error) {
    if (error instanceof LoggingError) return error;
    throw error;
  }
  throw new Error('it did not throw');
}

describe('the options of a mongo sink', () => {
  const collection = new MongoClient(URL).db('shop').collection('requests');
  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, 'mongoSink must be an options object, got undefined.'],
    [{}, NO_URL('undefined')],
    [{ url: '' }, NO_URL('an empty string')],
    [{ url: 27017 }, NO_URL('27017')],
    [{ url: undefined, collection: 'requests' }, NO_URL('undefined')],
    [{ url: 'db1.example' }, URL_MESSAGE],
    [{ url: 'http://app:s3cret@db1.example' }, URL_MESSAGE],
    [{ url: 'mongodb://app:s3c@ret@db1.example/logs' }, URL_MESSAGE],
    [{ url: 'mongodb://app:half@s3cret/half@db1.example' }, URL_MESSAGE],
    [{ url: 'mongodb://app:half@s3cret?w=half@db1.example' }, URL_MESSAGE],
    [{ url: 'mongodb://app:s3cret@db1.example/?s3cret=1' }, URL_MESSAGE],
    [{ url: 'mongodb://app:s3cret@db1.example/?tls=s3cret' }, URL_MESSAGE],
    [{ url: URL, uri: URL }, 'mongoSink has no option "uri": did you mean "url"?'],
    [
      { url: URL, collection: '' },
      'mongoSink.collection must be a name or a Collection of the driver, got an empty string.',
    ],
    [
      { url: URL, collection: {} },
      'mongoSink.collection must be a name or a Collection of the driver, got a value of type object.',
    ],
    [{ url: URL, database: 'a.b' }, 'mongoSink.database and mongoSink.collection must be names that MongoDB takes.'],
    [{ url: URL, collection }, 'mongoSink.url cannot be given together with a Collection, which has a client already.'],
    [
      { database: 'a', collection },
      'mongoSink.database cannot be given together with a Collection, which has a client already.',
    ],
    [
      { clientOptions: {}, collection },
      'mongoSink.clientOptions cannot be given together with a Collection, which has a client already.',
    ],
    [{ url: URL, database: '' }, 'mongoSink.database must be a string that is not empty, got an empty string.'],
    [{ url: URL, expireAfterDays: 0 }, 'mongoSink.expireAfterDays must be a number from 0.001 to 36500 (days), got 0.'],
    [
      { url: URL, expireAfterDays: '30' },
      'mongoSink.expireAfterDays must be a number from 0.001 to 36500 (days), got a string of 2 characters.',
    ],
    [{ url: URL, name: '' }, 'mongoSink.name must be a string that is not empty, got an empty string.'],
    [{ url: URL, indexes: 'no' }, 'mongoSink.indexes must be true or false, got a string of 2 characters.'],
    [{ url: URL, clientOptions: [] }, 'mongoSink.clientOptions must be an options object, got an array of 0.'],
    [
      { url: URL, clientOptions: { maxPoolsize: 3, poolSize: 3 } },
      'mongoSink.clientOptions must be options that the driver takes: not supported are poolsize.',
    ],
    [
      { url: URL, clientOptions: { maxPoolSize: 's3cret' } },
      'mongoSink.clientOptions must be options that the driver takes.',
    ],
    [
      { url: URL, clientOptions: { writeConcern: { w: 0 } } },
      'The write concern of mongoSink must not be w: 0: unanswered writes are lost without a trace.',
    ],
    [
      { url: `${URL}?w=0` },
      'The write concern of mongoSink must not be w: 0: unanswered writes are lost without a trace.',
    ],
  ];
  for (const [options, message] of wrong) {
    it(`are refused: ${message}`, () => {
      const error = thrownBy(() => mongoSink(options as MongoSinkOptions));
      expect(error.message).to.equal(message);
      expect(error.code).to.match(/^OPTION_/);
      expect(JSON.stringify([error.message, error.stack])).not.to.contain('s3cret');
    });
  }

  it('name the sink', () => {
    expect(mongoSink({ url: URL }).name).to.equal('mongo');
    expect(mongoSink({ url: URL, name: 'audit' }).name).to.equal('audit');
    expect(mongoSink({ collection }).name).to.equal('mongo');
  });
});

describe('the place that a mongo sink writes to', () => {
  const clientOptions = {};
  const placeOf = (url: string, database?: string): string =>
    prepareConnection({ url, database, collection: 'requests', clientOptions }).place;

  it('is the database in the connection string, the one given, or logs', () => {
    expect(placeOf('mongodb://h')).to.equal('MongoDB at h:27017, collection logs.requests');
    expect(placeOf('mongodb://h/')).to.equal('MongoDB at h:27017, collection logs.requests');
    expect(placeOf('mongodb://h?w=1')).to.equal('MongoDB at h:27017, collection logs.requests');
    expect(placeOf('mongodb://h/test?w=1')).to.equal('MongoDB at h:27017, collection test.requests');
    expect(placeOf('mongodb://h/a%2Db')).to.equal('MongoDB at h:27017, collection a-b.requests');
    expect(placeOf('mongodb://h/shop', 'audit')).to.equal('MongoDB at h:27017, collection audit.requests');
  });

  it('is named without credentials', () => {
    expect(placeOf('mongodb://app:s3cret@db1:27018,db2/shop?authSource=admin')).to.equal(
      'MongoDB at db1:27018, db2:27017, collection shop.requests',
    );
    expect(connectionName(new MongoClient('mongodb+srv://app:s3cret@cluster.example.net/shop'))).to.equal(
      'MongoDB at cluster.example.net (SRV)',
    );
  });

  it('is reached within limits, unless the connection string or the options set others', () => {
    const optionsOf = (url: string, given = {}) =>
      prepareConnection({ url, database: undefined, collection: 'requests', clientOptions: given }).client!.options;
    const { writeConcern, ...limits } = optionsOf('mongodb://h');
    expect(limits).to.include({
      appName: 'logged-controllers',
      maxPoolSize: 4,
      serverSelectionTimeoutMS: 5_000,
      connectTimeoutMS: 5_000,
      socketTimeoutMS: 10_000,
      waitQueueTimeoutMS: 2_000,
      ignoreUndefined: true,
    });
    expect(writeConcern).to.include({ wtimeoutMS: 5_000 });
    expect(optionsOf('mongodb://h/?maxPoolSize=2&socketTimeoutMS=700')).to.include({
      maxPoolSize: 2,
      socketTimeoutMS: 700,
      waitQueueTimeoutMS: 2_000,
    });
    expect(optionsOf('mongodb://h', { maxPoolSize: 3, appName: 'shop' })).to.include({
      maxPoolSize: 3,
      appName: 'shop',
    });
    expect(optionsOf('mongodb://h/?wtimeoutMS=900&w=2').writeConcern).to.include({ w: 2, wtimeoutMS: 900 });
    expect(optionsOf('mongodb://h/?w=majority').writeConcern).to.include({ w: 'majority', wtimeoutMS: 5_000 });
    expect(optionsOf('mongodb://h', { writeConcern: { w: 2 } }).writeConcern).to.include({ w: 2, wtimeoutMS: 5_000 });
    expect(optionsOf('mongodb://h', { w: 'majority' }).writeConcern).to.include({ w: 'majority', wtimeoutMS: 5_000 });
    expect(optionsOf('mongodb://h', { wtimeoutMS: 900 }).writeConcern).to.include({ wtimeoutMS: 900 });
  });
});
