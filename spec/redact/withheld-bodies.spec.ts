import 'reflect-metadata';
import { expect } from 'chai';
import { Body, JsonController, Post, UploadedFile } from 'routing-controllers';
import { Logged } from '../../src';
import { testApp } from '../support/test-app';

@Logged()
@JsonController('/withheld')
class WithheldController {
  @Post('/untyped') untyped(@Body() _body: Record<string, string>) {
    return {};
  }
  @Post('/upload') upload(@UploadedFile('file') _file: unknown) {
    return {};
  }
}

describe('a body that the policy "allow" withholds', () => {
  const start = () =>
    testApp()
      .controllers(WithheldController)
      .logging({ redact: { policy: 'allow' }, onResponse: () => ({ echo: 'it was canary-withheld-secret' }) })
      .start();

  it('still keeps its secrets out of what is recorded', async () => {
    const app = await start();
    await app.post('/withheld/untyped', { password: 'canary-withheld-secret' });
    const record = await app.storedRecord();
    expect(record.request.bodyOmitted).to.equal('policy');
    expect(record.attributes).to.deep.equal({ echo: 'it was [REDACTED]' });
    expect(record.redactions.map(({ path }) => path)).not.to.include('request.body.password');
  });

  it('as an upload does so, too', async () => {
    const app = await start();
    const form = new FormData();
    form.set('password', 'canary-withheld-secret');
    form.set('field canary-withheld-secret', 'x');
    form.set('file', new Blob(['content']), 'canary-withheld-secret.txt');
    await app.fetch('/withheld/upload', { method: 'POST', body: form });
    const record = await app.storedRecord();
    expect(record.request.bodyOmitted).to.equal('multipart');
    expect(JSON.stringify(record)).not.to.contain('canary');
  });
});
