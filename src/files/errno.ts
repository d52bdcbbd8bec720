/** What an errno means, in words. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file may not grow any more',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'a folder is in the place of the file',
  ENOENT: 'the folder cannot be made',
  ELOOP: 'a symbolic link leads to itself',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'this process has too many open files',
  ENFILE: 'the system has too many open files',
  EIO: 'the device failed',
  ESTALE: 'the network share went away',
};

/** Why a file operation failed: `the disk is full (ENOSPC)`. */
export function fileFailureReason(cause: unknown): string {
  const errno = errnoOf(cause);
  return `${(errno && MEANINGS[errno]) || 'the operating system refused'} (${errno ?? 'no errno'})`;
}

/** The errno of a system error, such as `ENOSPC`. */
export function errnoOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}
