import { LoggingError } from '../errors';

// The first thing that `logged-controllers/mongo` loads: the driver is an optional peer, and Node's own words about a
// file deep inside this package would not tell what to install. A plain `require`, which bundlers follow.
try {
  require('mongodb');
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'MODULE_NOT_FOUND' || !message.includes("'mongodb'")) throw error;
  throw new LoggingError(
    'DRIVER_MISSING',
    'logged-controllers/mongo needs the MongoDB driver, which is not installed. Run: npm install mongodb',
    { cause: error },
  );
}
