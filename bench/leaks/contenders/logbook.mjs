import { ROWS } from '../rows.mjs';

// A library for Java, so not measured: what its README (Filtering) and the filters it names say of its defaults. They are
// `Authorization`, `access_token` in the query, `client_secret`, `password` and `refresh_token` in forms, and
// `access_token`, `refresh_token`, `open_id` and `id_token` in JSON, by these very names.
const REDACTED = ['`Authorization`', 'form `password`'];
// It writes requests and responses; what was thrown is not among them.
const ABSENT = ['error that quotes a connection string', 'error that quotes an address with a key'];

/** Verdicts of all rows, as documented; a body that holds the secret of an error is logged like any other. */
export function documentedLogbook() {
  return ROWS.map(({ name }) => {
    if (REDACTED.includes(name)) return 'redacted';
    return ABSENT.includes(name) ? 'absent' : 'clear';
  });
}
