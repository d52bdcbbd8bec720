import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { spellingsOf } from './secrets';

/** The search once more, by a tool that is not ours: the command as one would type it, and what it printed. */
export async function grep(
  secrets: readonly string[],
  { patternFile, directory }: { readonly patternFile: string; readonly directory: string },
): Promise<{ readonly command: string; readonly output: string }> {
  await writeFile(patternFile, `${secrets.flatMap(spellingsOf).join('\n')}\n`);
  const command = `grep -raoF -f ${patternFile} ${directory} | wc -l`;
  const { stdout, error } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  return { command, output: error ? `(no grep here: ${error.message})` : stdout.trim() };
}
