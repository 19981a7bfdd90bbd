/**
 * Redis announcements: a channel with a line per rendition.
 */
import { randomUUID } from 'node:crypto';
import type { Announcements } from './announcements.ts';
import type { RedisLink } from './redis-link.ts';

const LINE = /^([0-9a-f-]{36}) ([0-9a-f]{8,128}) ("[0-9a-f]{8,128}")$/;

export class RedisAnnouncements implements Announcements {
  readonly #link: RedisLink;
  readonly #channel: string;
  readonly #node = randomUUID();

  constructor(link: RedisLink) {
    this.#link = link;
    this.#channel = link.key('improved');
  }

  tell(key: string, etag: string): void {
    this.#link
      .call('PUBLISH', this.#channel, `${this.#node} ${key} ${etag}`)
      .catch(() => undefined);
  }

  follow(listener: (key: string, etag: string) => void): void {
    this.#link.hear(this.#channel, (text) => {
      const [, node, key, etag] = LINE.exec(text) ?? [];
      if (node === this.#node || key === undefined || etag === undefined) return;
      listener(key, etag);
    });
  }
}
