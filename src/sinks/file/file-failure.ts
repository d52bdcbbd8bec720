const FREE_SPACE = 'Free some space, or lower maxFiles, maxAgeDays or maxFileBytes of fileSink.';
const CHOOSE_FOLDER = 'Give this process the right to write there, or set "directory" of fileSink to another folder.';

/** What an errno means here, and what puts it right. */
const EXPLANATIONS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', FREE_SPACE],
  EDQUOT: ['the disk quota is used up', FREE_SPACE],
  EFBIG: ['the file may not grow any more', 'Raise the limit (ulimit -f), or lower maxFileBytes of fileSink.'],
  EROFS: ['the file system is read-only', CHOOSE_FOLDER],
  EACCES: ['permission is denied', CHOOSE_FOLDER],
  EPERM: ['the operation is not permitted', CHOOSE_FOLDER],
  ENOTDIR: ['a part of the path is not a folder', 'Set "directory" of fileSink to another folder.'],
  EISDIR: ['a folder is in the place of the file', 'Set "fileName" of fileSink to another name.'],
  ENOENT: ['the folder cannot be made', 'Set "directory" of fileSink to a folder that can exist.'],
  ELOOP: ['a symbolic link leads to itself', 'Repair the link, or set "directory" of fileSink to another folder.'],
  ENAMETOOLONG: ['the path is too long', 'Set "directory" of fileSink to a shorter path.'],
  EMFILE: ['this process has too many open files', 'Raise the limit (ulimit -n), or close what leaks.'],
  ENFILE: ['the system has too many open files', 'Raise the limit of the system, or close what leaks.'],
  EIO: ['the device failed', 'Check the disk and the log of the system.'],
  ESTALE: ['the network share went away', 'Mount it again.'],
};

/** Why a file operation failed, in words with the errno, and the remedy as a sentence of its own. */
export function explainFileFailure(cause: unknown): string {
  const errno = errnoOf(cause);
  const [meaning, remedy] = (errno && EXPLANATIONS[errno]) || ['the operating system refused', 'See the cause.'];
  return `${meaning} (${errno ?? 'no errno'}). ${remedy}`;
}

/** The errno of a system error, such as `ENOSPC`. */
export function errnoOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}
