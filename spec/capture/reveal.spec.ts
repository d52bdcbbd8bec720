import 'reflect-metadata';
import { expect } from 'chai';
import { Body, JsonController, Post } from 'routing-controllers';
import { createLogging, Logged, LoggingError, Sensitive } from '../../src';
import { testApp } from '../support/test-app';

class Admission {
  @Sensitive({ mode: 'encrypt' }) diagnosisOfAdmission!: string;
  @Sensitive({ mode: 'hash' }) patientOfAdmission!: string;
}

@Logged()
@JsonController('/admissions')
class AdmissionsController {
  @Post('/') admit(@Body() admission: Admission) {
    return admission;
  }
}

const redact = {
  hashKey: { id: 'h1', secret: 'sixteen characters' },
  encryptionKey: { id: 'e1', secret: 'ab'.repeat(32) },
};

describe('a logging with keys', () => {
  it('reveals what it encrypted and tells the hash to search for, by itself and by one that only reads', async () => {
    const app = await testApp().controllers(AdmissionsController).logging({ redact }).start();
    await app.post('/admissions', { diagnosisOfAdmission: 'canary measles', patientOfAdmission: 'canary anna' });
    const record = await app.storedRecord();
    const text = JSON.stringify(record);
    expect(text).to.not.contain('canary');
    const { hashKey, encryptionKey } = redact;
    const reader = createLogging({
      enabled: false,
      redact: { oldHashKeys: [hashKey], oldEncryptionKeys: [encryptionKey] },
    });
    const stored = JSON.parse(text) as typeof record;
    for (const logging of [app.logging, reader]) {
      expect(logging.reveal(stored, 'request.body.diagnosisOfAdmission')).to.equal('canary measles');
      expect(logging.reveal(stored, 'response.body.diagnosisOfAdmission')).to.equal('canary measles');
      expect(logging.hash('canary anna')).to.deep.equal([
        (stored.request.body as { patientOfAdmission: string }).patientOfAdmission,
      ]);
    }
    await reader.close();
  });

  it('without a key says so instead of finding nothing', async () => {
    const logging = createLogging({ enabled: false });
    expect(() => logging.hash('anna')).to.throw(LoggingError, 'redact.hashKey');
    await logging.close();
  });

  it('refuses a value that has no hash instead of finding nothing', async () => {
    const logging = createLogging({ enabled: false, redact });
    for (const value of [null, undefined]) {
      expect(() => logging.hash(value as null)).to.throw(LoggingError, `got ${value}`);
    }
    await logging.close();
  });
});
