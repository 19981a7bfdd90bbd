/**
 * Learned: facts that one node has found out and others need not find out again.
 *
 * They belong to a source and go with it; what is not there is found out anew. Whoever reads one checks it:
 * another program may have written it.
 */
export interface Learned {
  /** What is known under a name of a source; undefined where nothing is, or nobody can be asked in time. */
  get(source: string, name: string): Promise<unknown>;
  /** Tells the others; nothing waits for it. */
  put(source: string, name: string, value: unknown): void;
}
