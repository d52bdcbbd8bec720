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
  const messages = failures.map(({ err }) => `${err.name ?? ''} ${err.message} ${err.stack ?? ''}`);
  const others = messages.filter(message => !message.includes('ProofFailed'));
  if (others.length > 0 && others.length === messages.length) {
    throw new Error(`the specs broke, which proves nothing: ${others[0].slice(0, 300)}`);
  }
  return messages.filter(message => message.includes('ProofFailed')).flatMap(noticedIn);
}

/** The places of a canary failure, or that random classes led to one. */
function noticedIn(message) {
  const places = [...message.matchAll(/(?:memory|answers) <- ([^\n]+)/g)].map(([, place]) => place);
  if (places.length > 0) return places;
  const random = /ProofFailed: (leak|redacted without need|reported)/.exec(message);
  return [random?.[1] === 'redacted without need' ? 'random graphs (too much redacted)' : 'random graphs'];
}

const MAX_LISTED = 2;

export function mutationTable(results) {
  const rows = results.map(({ rule, file, failures = [], problem }) => {
    const places = [...new Set(failures)];
    const listed = [
      ...places.filter(place => !place.startsWith('random graphs')).slice(0, MAX_LISTED),
      ...places.filter(place => place.startsWith('random graphs')),
    ];
    const more = places.length - listed.length;
    const noticed = problem ?? (listed.length === 0 ? '**not noticed**' : listed.join('; '));
    return `| ${rule} | \`${file.replace(/\.js$/, '.ts')}\` | ${noticed}${more > 0 ? `; ${more} more` : ''} |`;
  });
  return ['| disabled rule | in | noticed by |', '| --- | --- | --- |', ...rows].join('\n');
}
