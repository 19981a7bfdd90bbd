/**
 * Sanitize: an SVG made safe to deliver to browsers.
 *
 * An allow list (allow-list.ts) of elements and of attributes; what
 * is not on it goes. References out of the document, style imports, processing
 * instructions and the document type go too. The caller still sends
 * the strict Content-Security-Policy.
 */
import { type CustomPlugin, optimize } from 'svgo';
import { Fault } from '../base/fault.ts';
import { ANIMATIONS, ATTRIBUTES, ELEMENTS, NAMESPACES, POINTERS } from './allow-list.ts';
import { DEFAULT_SVG_LIMITS, type SvgLimits, safeSvgText } from './text.ts';

/**
 * The SVG as it may be delivered to browsers: it draws the same and does nothing.
 *
 * @throws Fault source-too-large, source-unsupported, source-broken
 */
export function sanitizeSvg(bytes: Uint8Array, limits: SvgLimits = DEFAULT_SVG_LIMITS): Uint8Array {
  const text = safeSvgText(bytes, limits);
  try {
    const { data } = optimize(text, {
      multipass: false,
      plugins: ['removeComments', 'removeMetadata', harmless],
    });
    if (!/^\s*<svg[\s>]/i.test(data.replace(/^\s*<\?xml[^>]*\?>/, '')))
      throw new Error('no root element');
    return new TextEncoder().encode(data);
  } catch (cause) {
    throw new Fault('source-broken', 'The source SVG is not well-formed.', {}, cause);
  }
}

const RASTER_DATA = /^data:image\/(png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]*$/i;
const EMBEDDED =
  /^data:(image\/(png|jpe?g|gif|webp)|font\/[\w.+-]+|application\/(x-)?font[\w.+-]*)[;,]/i;

const elements = new Set(ELEMENTS);
const animations = new Set(ANIMATIONS);
const attributes = new Set(ATTRIBUTES);
const pointers = new Set(POINTERS);

const harmless: CustomPlugin = {
  name: 'harmless',
  fn: () => ({
    root: { exit: ({ children }) => checkSingle(children) },
    instruction: { enter: (node, parent) => drop(node, parent) },
    doctype: { enter: (node, parent) => drop(node, parent) },
    element: {
      enter: (node, parent) => {
        // The prefix `svg:` may only mean SVG, see `namespacesHold`; any other may mean anything.
        const name = node.name.replace(/^svg:/, '');
        if (
          !elements.has(name) ||
          !namespacesHold(node.attributes) ||
          (animations.has(name) && !mayBeAnimated(node.attributes.attributeName))
        ) {
          drop(node, parent);
          return;
        }
        for (const [key, value] of Object.entries(node.attributes)) {
          if (!isHarmless(name, key, value)) delete node.attributes[key];
        }
        if (name === 'style') {
          const css = node.children.map((child) => ('value' in child ? child.value : '')).join('');
          if (!isHarmlessCss(css)) drop(node, parent);
        }
      },
    },
  }),
};

/** @throws where text or a second element stands beside the root (a document of XML 1.0 is one element): browsers show an error */
function checkSingle(children: readonly { readonly type: string }[]): void {
  const elements = children.filter(({ type }) => type === 'element');
  const text = children.some(
    (child) => 'value' in child && child.type === 'text' && /\S/.test(String(child.value)),
  );
  if (elements.length > 1 || text) throw new Error('more than one root');
}

function drop(node: unknown, parent: { children: unknown[] }): void {
  parent.children = parent.children.filter((child) => child !== node);
}

/** No element brings foreign content in by declaring what a prefix, or none, means. */
function namespacesHold(given: Readonly<Record<string, string>>): boolean {
  return Object.entries(NAMESPACES).every(
    ([key, space]) => given[key] === undefined || given[key] === space,
  );
}

/** Motion has no attribute name; a pointer or a style would be animated past its check. */
function mayBeAnimated(attribute: string | undefined): boolean {
  if (attribute === undefined) return true;
  const name = attribute.trim();
  return attributes.has(name) && !pointers.has(name) && name !== 'style';
}

function isHarmless(element: string, name: string, value: string): boolean {
  if (!attributes.has(name) && !name.startsWith('aria-')) return false;
  if (name in NAMESPACES) return true;
  if (pointers.has(name)) {
    const target = value.trim();
    if (target.startsWith('#')) return true;
    return (element === 'image' || element === 'feImage') && RASTER_DATA.test(target);
  }
  return isHarmlessCss(value);
}

/** Whether a style, or an attribute that may hold one, stays within the document. */
function isHarmlessCss(css: string): boolean {
  const plain = css
    .replace(/\/\*[\s\S]*?(\*\/|$)/g, '')
    .replace(/\\([0-9a-f]{1,6})\s?/gi, (_, hex: string) => {
      const code = Number.parseInt(hex, 16);
      return code > 0 && code < 0x11_0000 ? String.fromCodePoint(code) : '';
    })
    .replace(/\\/g, '');
  if (
    /@import|expression\s*\(|javascript:|vbscript:|-moz-binding|behavior\s*:|image-set|image\s*\(/i.test(
      plain,
    )
  ) {
    return false;
  }
  for (const match of plain.matchAll(/url\s*\(\s*(["']?)\s*([^"')]*)/gi)) {
    const target = match[2] ?? '';
    if (!target.startsWith('#') && !EMBEDDED.test(target)) return false;
  }
  return true;
}
