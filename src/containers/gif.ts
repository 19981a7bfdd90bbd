/**
 * The blocks of a GIF (GIF89a specification, sections 17 to 27): read to see
 * whether they go on to their end, and to leave out what says nothing about the
 * picture.
 *
 * Of what is left out: comments go, and so do application blocks other than the one that says how
 * often an animation plays and the color profile. What follows the trailer
 * is not part of the file.
 */
import { concat, latin1 } from './bytes.ts';

export const EXTENSION = 0x21;
export const IMAGE = 0x2c;
const TRAILER = 0x3b;
const COMMENT = 0xfe;
const APPLICATION = 0xff;

/** Applications whose blocks change what is seen: loops (two names) and the profile. */
const SEEN: ReadonlySet<string> = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012']);

/** The GIF without comments and foreign data; as it is where its structure does not read. */
export function stripGif(bytes: Uint8Array): Uint8Array {
  const head = headerEnd(bytes);
  // A file may break off in its colors
  if (head === undefined || head > bytes.length) return bytes;
  const kept = [bytes.subarray(0, head)];
  for (let at = head; ; ) {
    const kind = bytes[at] ?? TRAILER; // many files end without one
    if (kind === TRAILER) return concat([...kept, Uint8Array.of(TRAILER)]);
    const end = blockEnd(bytes, at);
    if (end === undefined) return bytes;
    if (kind === IMAGE || saysSomething(bytes, at)) kept.push(bytes.subarray(at, end));
    at = end;
  }
}

/** The first byte after signature, screen descriptor and global colors; undefined for no GIF. */
export function headerEnd(bytes: Uint8Array): number | undefined {
  const signature = latin1(bytes, 0, 6);
  if (!/^GIF8[79]a$/.test(signature) || bytes.length < 13) return undefined;
  return 13 + tableBytes(bytes[10]!);
}

/** The first byte after a block; undefined where it is cut or none. */
export function blockEnd(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] === EXTENSION) return subBlocksEnd(bytes, at + 2);
  if (bytes[at] !== IMAGE) return undefined;
  // The descriptor, its colors, and the byte that says how codes begin.
  return subBlocksEnd(bytes, at + 10 + tableBytes(bytes[at + 9] ?? 0) + 1);
}

/** Bytes of the color table that the flags of a screen or picture name. */
export function tableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

function subBlocksEnd(bytes: Uint8Array, start: number): number | undefined {
  for (let at = start; at < bytes.length; ) {
    const size = bytes[at]!;
    at += size + 1;
    if (size === 0) return at;
  }
  return undefined;
}

function saysSomething(bytes: Uint8Array, at: number): boolean {
  const label = bytes[at + 1];
  if (label === COMMENT) return false;
  if (label !== APPLICATION) return true;
  return SEEN.has(latin1(bytes, at + 3, at + 14));
}

/**
 * The walk over the blocks of a GIF that comes in pieces.
 *
 * Decoders show what there is of a file that is cut in the middle of a picture,
 * and browsers do, so that only its blocks tell.
 */
export class GifWalk {
  #skip = 10;
  #at: 'flags' | 'block' | 'label' | 'picture' | 'data' | 'end' = 'flags';
  #pictures = 0;

  /** The next bytes of the file. */
  add(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length && this.#at !== 'end'; ) {
      const skipped = Math.min(this.#skip, bytes.length - i);
      this.#skip -= skipped;
      i += skipped;
      if (i < bytes.length) this.#step(bytes[i++]!);
    }
  }

  /** No block is missing a part: the trailer was met, or what was there ends with a block behind a picture. */
  get whole(): boolean {
    return this.#at === 'end' || (this.#at === 'block' && this.#skip === 0 && this.#pictures > 0);
  }

  #step(byte: number): void {
    switch (this.#at) {
      case 'flags':
        this.#next('block', 2 + tableBytes(byte));
        break;
      case 'block':
        if (byte === EXTENSION) this.#next('label');
        else if (byte === IMAGE) this.#next('picture', 8);
        // What is no block ends the file as the trailer does.
        else this.#next('end');
        break;
      case 'label':
        this.#next('data');
        break;
      case 'picture':
        this.#pictures++;
        this.#next('data', tableBytes(byte) + 1);
        break;
      case 'data':
        if (byte === 0) this.#next('block');
        else this.#skip = byte;
        break;
      case 'end':
        break;
    }
  }

  #next(at: 'block' | 'label' | 'picture' | 'data' | 'end', skip = 0): void {
    this.#at = at;
    this.#skip = skip;
  }
}
