/** @throws when the text to replace does not stand there exactly once: the mutation would change nothing, or too much. */
export function applyMutation(text, { rule, file, find, replace }) {
  const count = text.split(find).length - 1;
  if (count !== 1) throw new Error(`no longer applies: ${file} has ${count} times the text of "${rule}": ${find}`);
  return text.replace(find, () => replace);
}

/**
 * What the specs noticed, one line each, from the output of mocha's JSON reporter. Only a failed proof counts: a
 * mutation that merely breaks the program proves nothing.
 *
 * @throws when there is no report, or something else than a proof failed.
 */
export function failuresIn(output) {
  const start = output.indexOf('{\n  "stats"');
  if (start === -1) throw new Error(`the specs ended without a report: ${output.trim().slice(-500)}`);
  const { failures } = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1));
  const messages = failures.map(({ err }) => [err.name, err.message, err.stack].join('\n'));
  const others = messages.filter(message => !message.includes('ProofFailed'));
  if (others.length > 0 && others.length === messages.length) {
    throw new Error(`the specs broke, which proves nothing: ${others[0].slice(0, 300)}`);
  }
  return [...new Set(messages.filter(message => message.includes('ProofFailed')).flatMap(noticedIn))];
}

/** The places of a canary failure, or what random classes led to. */
function noticedIn(message) {
  const places = [...message.matchAll(/ <- ([^\n]+)$/gm)].map(([, place]) => place);
  if (places.length > 0) return places;
  const random = /ProofFailed: (leak|redacted without need|reported)/.exec(message);
  return [{ leak: 'leak', 'redacted without need': 'too much redacted' }[random?.[1]] ?? 'broken'];
}

/** Only random classes count: a table of places is as good as its author. */
export function isNoticed({ random, problem }) {
  return problem === undefined && random !== undefined;
}

const MAX_LISTED = 2;

export function mutationTable(results) {
  const rows = results.map(({ rule, file, places = [], random, problem }) => {
    const more = places.length - MAX_LISTED;
    const listed = places.slice(0, MAX_LISTED).join('; ') + (more > 0 ? `; ${more} more` : '');
    const noticed = problem ?? random ?? '**not noticed**';
    return `| ${rule} | \`${file.replace(/\.js$/, '.ts')}\` | ${noticed} | ${listed || '–'} |`;
  });
  return ['| disabled rule | in | random classes | canaries |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
