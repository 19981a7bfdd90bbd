/** One origin for all nodes of a test. */
import type { Fetched, Location, Origin } from '../../src/origins/origin.ts';

export class SharedOrigin implements Origin {
  readonly kind = 'http';
  headers: Record<string, string> = { 'cache-control': 'max-age=86400', etag: '"1"' };
  /** What it says before the name of a picture. */
  said = 'picture';
  /** Fails with this. */
  failure: Error | undefined;
  readonly asked: (string | undefined)[] = [];

  async locate(ref: Parameters<Origin['locate']>[0]): Promise<Location> {
    const path = ref.kind === 'path' ? ref.path : '';
    return { id: `https://origin.test/${path}`, below: path };
  }

  async fetch({ id }: Location, held?: { readonly etag?: string }): Promise<Fetched> {
    this.asked.push(held?.etag);
    if (this.failure) throw this.failure;
    if (held?.etag === this.headers.etag) return { kind: 'unchanged', headers: this.headers };
    const text = `${this.said} ${id}`.padEnd(1000);
    async function* body() {
      yield new TextEncoder().encode(text);
    }
    return { kind: 'bytes', body: body(), headers: this.headers };
  }

  async close(): Promise<void> {}
}
