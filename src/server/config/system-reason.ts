/**
 * System reason: error codes of the operating system in words.
 */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'it is there already',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EMFILE: 'too many files are open in this process',
  ENFILE: 'too many files are open on this machine',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk reports an error',
  ENOMEM: 'the memory is used up',
};

/** `EROFS` is "the file system is read-only (EROFS)"; a code without words is given as it is. */
export function systemReason(code: string): string {
  const words = REASONS[code];
  return words === undefined ? code : `${words} (${code})`;
}
