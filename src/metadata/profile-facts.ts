/**
 * Profile facts: what a source tells of its ICC profile before a pixel is decoded.
 */
import type { SourceInfo } from '../image/source-info.ts';
import { profileKind, profileName } from './icc.ts';
import { isTableProfile } from './matrix-profile.ts';

export type ProfileFacts = Pick<SourceInfo, 'profile' | 'profileName' | 'profileTables'>;

/** @param icc a profile of the color model of its picture */
export function profileFacts(icc: Uint8Array | undefined): ProfileFacts {
  const profile = profileKind(icc);
  const name = icc && profileName(icc);
  return {
    profile,
    ...(name === undefined ? {} : { profileName: name }),
    ...(profile === 'other' && icc && isTableProfile(icc) ? { profileTables: true } : {}),
  };
}
