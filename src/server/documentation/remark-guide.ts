/** What a guide says of one remark. */
export interface RemarkGuide {
  /** Who says it: one dialect, or whoever makes a picture. */
  readonly of: 'fastly' | 'imgix' | 'imageoptim' | 'every dialect' | 'pictures';
  /** The sentence; `…` stands for what is put in. */
  readonly says: string;
  /** One sentence: what has happened. */
  readonly means: string;
  /** What the one who asked, or who operates the server, can do. */
  readonly helps: string;
  /** A target below the mount that yields it; absent where a source of some kind is needed, which `means` names. */
  readonly example?: string;
  /** Headers of that request. */
  readonly headers?: Readonly<Record<string, string>>;
}
