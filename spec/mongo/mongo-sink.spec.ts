import { ScriptedMongoServer } from '../support/scripted-mongo-server';
import { describeMongoSinkOn } from './mongo-sink-suite';

describeMongoSinkOn('a scripted standalone server', () => ScriptedMongoServer.start());
describeMongoSinkOn('a scripted replica set', () => ScriptedMongoServer.start({ replicaSet: 'rs0' }));
