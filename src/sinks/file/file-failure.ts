import { errnoOf, fileFailureReason } from '../../files/errno';

const FREE_SPACE = 'Free some space, or lower maxFiles, maxAgeDays or maxFileBytes of fileSink.';
const CHOOSE_FOLDER = 'Give this process the right to write there, or set "directory" of fileSink to another folder.';

/** What puts it right. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: FREE_SPACE,
  EDQUOT: FREE_SPACE,
  EFBIG: 'Raise the limit (ulimit -f), or lower maxFileBytes of fileSink.',
  EROFS: CHOOSE_FOLDER,
  EACCES: CHOOSE_FOLDER,
  EPERM: CHOOSE_FOLDER,
  ENOTDIR: 'Set "directory" of fileSink to another folder.',
  EISDIR: 'Set "fileName" of fileSink to another name.',
  ENOENT: 'Set "directory" of fileSink to a folder that can exist.',
  ELOOP: 'Repair the link, or set "directory" of fileSink to another folder.',
  ENAMETOOLONG: 'Set "directory" of fileSink to a shorter path.',
  EMFILE: 'Raise the limit (ulimit -n), or close what leaks.',
  ENFILE: 'Raise the limit of the system, or close what leaks.',
  EIO: 'Check the disk and the log of the system.',
  ESTALE: 'Mount it again.',
};

/** Why a file operation failed, in words with the errno, and the remedy as a sentence of its own. */
export function explainFileFailure(cause: unknown): string {
  const errno = errnoOf(cause);
  return `${fileFailureReason(cause)}. ${(errno && REMEDIES[errno]) || 'See the cause.'}`;
}
