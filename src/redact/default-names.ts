// The data that OWASP's Logging Cheat Sheet says to keep out of logs, by the names that it usually has, folded: lower
// case, no separators. Left out on purpose, because they are ordinary words far more often: `key`, `code`, `state`,
// `session`, `card`, `account`, `hash`, `salt`, `nonce`, `email`, `phone`, `address`; and `pincode`, a postal code in
// India. Name these in `redact.names`, or better, mark the property.

const PASSWORDS = words(`
  password passwords passwd passwort passphrase passcode pwd passwordconfirmation passwordconfirm passwordrepeat
  passwordagain passwordhash passworddigest passwordsalt pin otp totp onetimecode mfacode twofactorcode verificationcode
  securityanswer secretanswer recoverycode recoverycodes backupcode backupcodes recoveryphrase seedphrase mnemonic
`);

const SECRETS_AND_KEYS = words(`
  secret secrets secretvalue clientsecret apikey apikeys appkey accesskey accesskeyid secretkey privatekey encryptionkey
  signingkey masterkey sharedkey sessionkey accountkey credential credentials creds connectionstring databaseurl
  mongodburi redisurl dsn
`);

const TOKENS_AND_SESSIONS = words(`
  token tokenvalue accesstoken refreshtoken idtoken authtoken csrftoken xsrftoken jwt bearer authorization
  authorizationcode authcode codeverifier clientassertion samlresponse samlassertion sessionid sessid jsessionid phpsessid
  connectsid signature cookie cookies setcookie
`);

const CARDS_AND_ACCOUNTS = words(`
  cardnumber cardno ccnumber creditcard creditcardnumber debitcard cvv cvc cvn securitycode iban accountnumber
  routingnumber sortcode
`);

const PERSONS = words(`
  ssn socialsecuritynumber socialsecurity nationalid nationalinsurancenumber taxid passportnumber driverslicense
  driverlicense drivinglicence dateofbirth birthdate dob
`);

/** Sensitive as a name, and as the last words of a longer one: `userPassword`, `x-auth-token`. */
export const DEFAULT_NAMES: readonly string[] = [
  ...PASSWORDS,
  ...SECRETS_AND_KEYS,
  ...TOKENS_AND_SESSIONS,
  ...CARDS_AND_ACCOUNTS,
  ...PERSONS,
];

/** Sensitive only as the whole name: at the end of another they are ordinary (`totalTokens`, `boardingPass`). */
export const DEFAULT_WHOLE_NAMES: readonly string[] = words('pass tokens auth sid sig pan csrf xsrf');

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/);
}
