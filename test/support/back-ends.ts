/**
 * What makes videos on this machine, for tests that look at them.
 */
import type { BackEnd } from '../../src/video/back-end.ts';
import { findBackEnd, openBackEnd } from '../../src/video/find-back-end.ts';
import { nodeAvBackEnd } from '../../src/video/node-av.ts';

/** The child of node-av is a program of its own, which is there once it is built. */
const BUILT = new URL('../../dist/video/node-av-program.js', import.meta.url);

/** Every back end that is installed here, by its name; none is a reason to skip. */
export function installedBackEnds(): readonly (readonly [name: string, backEnd: BackEnd])[] {
  const ffmpeg = findBackEnd('auto', process.env.PATH, () => undefined);
  const own = findBackEnd('node-av');
  return [
    ...(ffmpeg ? [['ffmpeg', openBackEnd(ffmpeg.ref)] as const] : []),
    ...(own ? [['node-av', nodeAvBackEnd(BUILT)] as const] : []),
  ];
}
