// The entry `logged-controllers/mongo`. The parts behind the sink are left out: their shape may change.
import './require-driver';
export { mongoSink } from './mongo-sink';
export type { MongoSinkOptions } from './mongo-sink-options';
