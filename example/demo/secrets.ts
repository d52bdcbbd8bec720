/**
 * Everything in the demo's requests and answers that must not be stored. Each one is like nothing else there, so that
 * finding it anywhere means that it leaked.
 */
export const SECRETS = {
  password: 'Walnut "Trumpet" 58 & co',
  shortPassword: 'zwq4tQ',
  wrongPassword: 'Walnut-Trombone/59',
  adminPassword: 'copper-lantern%7731',
  nationalId: '512-88-7340',
  phone: '+442079460471',
  doorCode: 'door#B-4417-K',
  confirmationCode: 'cnf_9vT2+kR7/xQ==',
  customerToken: 'tok_c_0bY6hXq2LrZs8Wd4',
  adminToken: 'tok_a_7mJk1PvG5nTe3Cx9',
  paidCard: '4929123456784242',
  declinedCard: '4716987654320002',
  giftMessage: 'For Ann: the garden gate at midnight',
  apiKey: 'key-5e1f0c77-partner',
  strayPassword: 'typed-into-the-address-bar',
} as const;

/** Secrets in bodies that are never read: multipart, malformed, too large, broken off. They are in no record either way. */
export const UNREAD_SECRETS = {
  scan: 'scan of a prescription for penicillin',
  formField: 'note-to-pharmacist-31',
  malformed: 'malformed-password-77Q',
  tooLarge: 'too-large-password-12X',
  brokenOff: '5425233430109903',
} as const;

export const ALL_SECRETS: readonly string[] = [...Object.values(SECRETS), ...Object.values(UNREAD_SECRETS)];

/** The ways in which a secret could be spelled in a file. */
export function spellingsOf(secret: string): readonly string[] {
  const spellings = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    ...base64Cores(secret),
  ];
  return [...new Set(spellings)];
}

/**
 * Base64 spells a text in three ways, depending on where in the encoded bytes it begins; what is left of each is what
 * does not depend on its neighbours.
 */
function base64Cores(secret: string): readonly string[] {
  return [0, 1, 2].map(offset => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    const firstOwn = Math.ceil((offset * 8) / 6);
    const lastOwn = Math.floor((bytes.length * 8) / 6);
    return bytes.toString('base64').slice(firstOwn, lastOwn);
  });
}
