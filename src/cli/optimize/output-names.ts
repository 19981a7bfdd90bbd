/**
 * OutputNames: what the results of pictures are called.
 *
 * `sub/photo.jpg` becomes `sub/photo.avif`, and with widths `sub/photo-800.avif`. Where two pictures would
 * have one name, `a.png` and `a.jpg`, each keeps its own whole name: `a.png.avif` and `a.jpg.avif`. Names that a
 * file system without upper and lower case would take for one are told apart as well. Pure.
 */

/** The names without width and extension, by the names of the pictures. */
export function stemsOf(names: readonly string[]): {
  readonly stems: ReadonlyMap<string, string>;
  /** Pictures that kept their whole names. */
  readonly collided: readonly string[];
} {
  const whole = new Set<string>();
  let stems = new Map(names.map((name) => [name, stemOf(name)]));
  // Each round gives at least one more of them its whole name
  for (let fresh = colliding(stems, whole); fresh.length > 0; fresh = colliding(stems, whole)) {
    for (const name of fresh) whole.add(name);
    stems = new Map(names.map((name) => [name, whole.has(name) ? name : stemOf(name)]));
  }
  return { stems: told(stems), collided: [...whole].sort() };
}

/** The file of a result. @param width in pixels, where there are several */
export function outputName(stem: string, extension: string, width?: number): string {
  return `${stem}${width === undefined ? '' : `-${width}`}.${extension}`;
}

/** A name without its extension; a name that is nothing but one stays. */
function stemOf(name: string): string {
  const slash = name.lastIndexOf('/');
  const dot = name.lastIndexOf('.');
  return dot > slash + 1 ? name.slice(0, dot) : name;
}

/** Pictures that share a stem with another and have not got their whole name yet. */
function colliding(stems: ReadonlyMap<string, string>, whole: ReadonlySet<string>): string[] {
  const owners = new Map<string, string[]>();
  for (const [name, stem] of stems) {
    owners.set(folded(stem), [...(owners.get(folded(stem)) ?? []), name]);
  }
  return [...owners.values()]
    .filter((group) => group.length > 1)
    .flat()
    .filter((name) => !whole.has(name));
}

/** Whole names that differ in nothing but what a file system may not tell apart get a number. */
function told(stems: ReadonlyMap<string, string>): Map<string, string> {
  const taken = new Set<string>();
  const free = (stem: string) => {
    let name = stem;
    for (let count = 2; taken.has(folded(name)); count++) name = `${stem}~${count}`;
    taken.add(folded(name));
    return name;
  };
  return new Map([...stems].map(([name, stem]) => [name, free(stem)]));
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
