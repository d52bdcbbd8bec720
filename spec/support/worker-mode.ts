// For .mocharc.worker.json: every application of the specs has its records made and delivered by a worker.
process.env['LOGGED_MODE'] = 'worker';
