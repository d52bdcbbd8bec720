// Letters of other scripts that a reader takes for a Latin one, beyond what Unicode itself folds (full-width, mathematical
// and circled letters). Written by hand from the shapes; each group reads "these letters look like this one".
const GROUPS: readonly (readonly [letters: string, latin: string])[] = [
  ['аαɑᴀ', 'a'],
  ['АΑᎪ', 'A'],
  ['ЬƅƄβʙ', 'b'],
  ['ВΒᏴ', 'B'],
  ['сϲᴄ', 'c'],
  ['СϹᏟ', 'C'],
  ['ԁᴅđɗ', 'd'],
  ['ᎠĐ', 'D'],
  ['еεҽєᴇɛ', 'e'],
  ['ЕΕᎬ', 'E'],
  ['ғꜰƒ', 'f'],
  ['Ғ', 'F'],
  ['ɡցɢǥ', 'g'],
  ['ԌᏀǤ', 'G'],
  ['һհʜħ', 'h'],
  ['НΗᎻĦ', 'H'],
  ['іιıɪɩ', 'i'],
  ['ІΙᏆ', 'I'],
  ['јϳᴊ', 'j'],
  ['ЈᎫ', 'J'],
  ['кκᴋ', 'k'],
  ['КΚᏦ', 'K'],
  ['ӏłʟǀ', 'l'],
  ['ӀᏞŁ', 'L'],
  ['мᴍ', 'm'],
  ['МΜᎷ', 'M'],
  ['пηոɴ', 'n'],
  ['Ν', 'N'],
  ['оοօᴏøσ', 'o'],
  ['ОΟՕØ', 'O'],
  ['рρᴘ', 'p'],
  ['РΡᏢ', 'P'],
  ['ԛգ', 'q'],
  ['Ԛ', 'Q'],
  ['гʀ', 'r'],
  ['ᎡᏒ', 'R'],
  ['ѕꜱʂ', 's'],
  ['ЅᏚՏ', 'S'],
  ['ß', 'ss'],
  ['тτᴛŧ', 't'],
  ['ТΤᎢŦ', 'T'],
  ['υսᴜ', 'u'],
  ['Ս', 'U'],
  ['ѵνᴠ', 'v'],
  ['ѴᏙ', 'V'],
  ['ԝωᴡ', 'w'],
  ['ԜᎳ', 'W'],
  ['хχ', 'x'],
  ['ХΧ', 'X'],
  ['уγʏ', 'y'],
  ['УΥҮ', 'Y'],
  ['ᴢʐ', 'z'],
  ['ΖᏃ', 'Z'],
];

const LATIN_OF: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(([letters, latin]) => Array.from(letters, letter => [letter, latin] as const)),
);

// Accents, formatting such as zero-width characters and soft hyphens, and letters that are drawn as nothing.
const INVISIBLE = /[\p{M}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/gu;
const FOREIGN = /[^\p{ASCII}]/gu;
// Letters in boxes and flags: three alphabets that Unicode does not fold.
const BOXED = [0x1f150, 0x1f170, 0x1f1e6];

/** The text in plain Latin letters, as far as its own look like them. */
export function latinLookAlike(text: string): string {
  return text.normalize('NFKD').replace(INVISIBLE, '').replace(FOREIGN, latinOf);
}

function latinOf(letter: string): string {
  const known = LATIN_OF.get(letter);
  if (known !== undefined) return known;
  const code = letter.codePointAt(0)!;
  const start = BOXED.find(first => code >= first && code < first + 26);
  return start === undefined ? letter : String.fromCharCode(97 + code - start);
}
