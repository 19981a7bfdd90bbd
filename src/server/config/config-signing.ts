/**
 * Who signs C2PA manifests: the files of the configuration, read and checked before anything is served.
 */
import { readFileSync } from 'node:fs';
import {
  IdentityError,
  type SigningIdentity,
  signingIdentity,
} from '../../c2pa/signing-identity.ts';
import type { Problem } from './problems.ts';
import { systemReason } from './system-reason.ts';

/** Two files, or neither. */
export interface SigningFiles {
  readonly certificate?: string;
  readonly privateKey?: string;
}

/** The identity of two files, or what is wrong with them; undefined where none is configured. */
export function readSigning({
  certificate,
  privateKey,
}: SigningFiles): SigningIdentity | Problem[] | undefined {
  if (certificate === undefined && privateKey === undefined) return undefined;
  if (certificate === undefined || privateKey === undefined) {
    const missing = certificate === undefined ? 'certificate' : 'privateKey';
    return [{ path: `c2pa.${missing}`, message: 'expected a file beside the other, got nothing' }];
  }
  const texts = [fileText('certificate', certificate), fileText('privateKey', privateKey)] as const;
  const [chain, key] = texts;
  const problems = texts.filter((text) => typeof text !== 'string');
  if (typeof chain !== 'string' || typeof key !== 'string') return problems;
  try {
    return signingIdentity(chain, key);
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    return [{ path: `c2pa.${error.file}`, message: error.message }];
  }
}

/** What a file holds; what keeps it from being read where something does. */
function fileText(name: keyof SigningFiles, path: string): string | Problem {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const message = `expected a file that can be read at ${path}: ${systemReason(code)}`;
    return { path: `c2pa.${name}`, message };
  }
}
