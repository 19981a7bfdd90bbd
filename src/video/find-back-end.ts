/**
 * Find back end: what on this machine can make videos.
 *
 * Nothing is started for it: a look at some paths is enough, so that it can be
 * done for every request that asks for a video, and what is installed later is
 * found without a restart. What does not work after all shows when it is used.
 */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { BackEnd } from './back-end.ts';
import { ffmpegBackEnd } from './ffmpeg.ts';

/** A back end by what starts it: plain data, for the way to a worker. */
export interface BackEndRef {
  readonly kind: 'ffmpeg';
  /** The program. */
  readonly path: string;
}

export interface FoundBackEnd {
  readonly ref: BackEndRef;
  /** Changes when another version is installed. */
  readonly version: string;
}

/** What to do where there is none; part of an answer to a client. */
export const HOW_TO_INSTALL =
  'Install ffmpeg with libx264 and libvpx (Debian: apt-get install ffmpeg) on the server, or tell it where that is (video.encoder).';

/**
 * The back end of this machine; undefined where there is none.
 *
 * @param setting `auto`: what is found; `off`: none; else the absolute path of an ffmpeg
 * @param search folders of programs, as in PATH
 */
export function findBackEnd(
  setting: string,
  search = process.env.PATH ?? '',
): FoundBackEnd | undefined {
  if (setting === 'off') return undefined;
  if (setting !== 'auto') return programAt(setting);
  for (const folder of search.split(delimiter)) {
    // Relative folders of PATH would depend on where the server was started.
    const found = isAbsolute(folder) ? programAt(join(folder, PROGRAM)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const PROGRAM = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';

function programAt(path: string): FoundBackEnd | undefined {
  try {
    const real = realpathSync(path);
    const { size, mtimeMs } = statSync(real);
    if (!statSync(real).isFile()) return undefined;
    accessSync(real, constants.X_OK);
    return { ref: { kind: 'ffmpeg', path: real }, version: `${real} ${size} ${mtimeMs}` };
  } catch {
    return undefined;
  }
}

/** The back end that a reference names. */
export function openBackEnd({ path }: BackEndRef): BackEnd {
  return ffmpegBackEnd(path);
}
