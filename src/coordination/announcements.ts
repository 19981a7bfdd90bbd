/**
 * Announcements: word to other nodes that a rendition has been improved.
 *
 * Who has the former one lets go of it and finds the better one where all can read it. A word that is lost
 * leaves a node with a rendition that is good and a little larger.
 */
export interface Announcements {
  /** Says that the rendition of a key is another one from now on. @param etag of that one */
  tell(key: string, etag: string): void;
  /** Hears what other nodes say. */
  follow(listener: (key: string, etag: string) => void): void;
}
