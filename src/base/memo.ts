/** Memo: what was made for each key, made once and held as long as the memo. */
export class Memo<Key, Value> {
  readonly #made = new Map<Key, Value>();

  /** What is held for a key, or `make` gives now. */
  of(key: Key, make: () => Value): Value {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(key, made);
    return made;
  }
}
