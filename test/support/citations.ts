/** Citations of the rules in `docs/spec/`: how they are spelled, and what they lead to. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const SPEC = new URL('../../docs/spec/', import.meta.url);

/** The text on one line: a citation may be broken between its name and its numbers. */
export function flat(text: string): string {
  return text.replace(/\s*\n\s*(?:\*(?!\/)|\/\/|#|\|)?\s*/g, ' ');
}

/** The numbered sections of a page of rules, each with all that stands below its number. */
function sectionsOf(page: string): Map<string, string> {
  const sections = new Map<string, string>();
  const numbered = /^(?:#{2,6} (\d+(?:\.\d+)*)\.? |\s*- \*\*(\d+(?:\.\d+)*)\*\* )/;
  let open: string[] = [];
  for (const line of page.split('\n')) {
    const [, heading, item] = numbered.exec(line) ?? [];
    const number = heading ?? item;
    if (number !== undefined) {
      if (sections.has(number)) throw new Error(`Section ${number} stands twice.`);
      open = [...open.filter((above) => number.startsWith(`${above}.`)), number];
    }
    for (const above of open) sections.set(above, `${sections.get(above) ?? ''}${line}\n`);
  }
  return sections;
}

/** The rules by page and number, each with all that stands below its number. */
export function readRules(): Map<string, Map<string, string>> {
  const pages = readdirSync(SPEC).filter((file) => file.endsWith('.md'));
  return new Map(
    pages.map((file) => [
      basename(file, '.md'),
      sectionsOf(readFileSync(new URL(file, SPEC), 'utf8')),
    ]),
  );
}

const NUMBER = String.raw`\d+(?:\.\d+)*`;
const CITATION = new RegExp(
  String.raw`docs/spec/([\w-]+)\.md((?: ${NUMBER}(?:(?:, | and | to )${NUMBER})*)?)`,
  'g',
);

/** What the citations of a text name: the page, and the sections; none for a bare name. */
export function citationsOf(
  text: string,
): { readonly page: string; readonly sections: string[] }[] {
  return [...flat(text).matchAll(CITATION)].map(([, page = '', list = '']) => ({
    page,
    sections: numbersOf(list.trim()),
  }));
}

/** `5.5 and 5.6`, `1.3, 1.6` and `4.6 to 4.8` number by number. */
function numbersOf(list: string): string[] {
  if (list === '') return [];
  return list.split(/, | and /).flatMap((part) => {
    const [first = '', last] = part.split(' to ');
    return last === undefined ? [first] : range(first, last);
  });
}

function range(first: string, last: string): string[] {
  const above = first.split('.').slice(0, -1);
  const [from, to] = [first, last].map((number) => Number(number.split('.').at(-1)));
  const same = last.split('.').slice(0, -1).join('.') === above.join('.');
  if (!same || from === undefined || to === undefined || to <= from) return [first, last];
  return Array.from({ length: to - from + 1 }, (_, i) => [...above, from + i].join('.'));
}
