/**
 * Sessions: the pictures that visitors of the playground have dropped.
 *
 * Each is held in memory alone, for the one who has its token, and forgotten
 * when its time is over or room is needed for another. Nothing is ever written
 * to a disk, and no token opens the picture of another session.
 */
import { createHash, randomBytes } from 'node:crypto';
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import type { Size } from '../../base/size.ts';
import type { FormatName } from '../../image/format.ts';

/** A picture that is tried out. */
export interface TriedPicture {
  /** Last part of a path, as it may stand in a URL. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly format: FormatName;
  /** As its decoder states it, upright. */
  readonly size: Size;
}

export interface SessionLimits {
  /** Pictures of all sessions together, in bytes. */
  readonly bytes: number;
  /** Sessions at once. */
  readonly count: number;
  /** Milliseconds after its last use in which a session is forgotten. */
  readonly idle: number;
}

export const SESSION_LIMITS: SessionLimits = { bytes: 128e6, count: 32, idle: 30 * 60_000 };

interface Held {
  readonly picture: TriedPicture;
  used: number;
}

/** Random bits of a token. */
const TOKEN_BITS = 192;

export class Sessions {
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  readonly #held: BoundedMap<string, Held>;

  constructor(clock: Clock, limits: SessionLimits = SESSION_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
    this.#held = new BoundedMap(limits.bytes, { weigh: ({ picture }) => picture.bytes.length });
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#held.weight;
  }

  get count(): number {
    return this.#held.size;
  }

  /** Holds a picture; gives the token that opens it. @throws Fault upload-too-large, for one beyond all room */
  open(picture: TriedPicture): string {
    this.sweep();
    if (picture.bytes.length > this.#limits.bytes) {
      throw new Fault('upload-too-large', 'The picture is larger than all room for pictures.');
    }
    for (const oldest of this.#held.keys()) {
      if (this.#held.size < this.#limits.count) break;
      this.#held.delete(oldest);
    }
    const token = randomBytes(TOKEN_BITS / 8).toString('base64url');
    this.#held.set(token, { picture, used: this.#clock.now() });
    return token;
  }

  /** The picture of a token. @throws Fault source-not-found, for one that is over */
  use(token: string | undefined): TriedPicture {
    this.sweep();
    const held = token === undefined ? undefined : this.#held.use(token);
    if (held === undefined) {
      throw new Fault('source-not-found', 'This picture is held no more; please choose it again.');
    }
    held.used = this.#clock.now();
    return held.picture;
  }

  close(token: string | undefined): void {
    if (token !== undefined) this.#held.delete(token);
  }

  /** Forgets what has been idle too long. */
  sweep(): void {
    const since = this.#clock.now() - this.#limits.idle;
    for (const token of [...this.#held.keys()]) {
      if ((this.#held.get(token)?.used ?? 0) < since) this.#held.delete(token);
    }
  }
}

/** SHA-256 of bytes, hexadecimal. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
