/**
 * What the site does to Markdown: links that lead on the site, headings with anchors, and what a page is about.
 */

/** The anchor of a heading, as code hosts make it, so that links within the documents hold in both places. */
export function anchorOf(text) {
  return text
    .toLowerCase()
    .replace(/<[^>]*>/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/**
 * A text whose links lead to `toSite(target)`; where that is undefined the words stay without a link.
 * What stands in code is left as it is.
 */
export function linked(text, toSite) {
  const pieces = text.split(/(^```[\s\S]*?^```$|`[^`\n]*`(?!\]\())/m);
  return pieces
    .map((piece, i) =>
      i % 2 === 1 ? piece : piece.replace(/(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g, link),
    )
    .join('');

  function link(_, mark, words, target) {
    const to = toSite(target);
    return to === undefined ? words : `${mark}[${words}](${to})`;
  }
}

/** Title (the first heading) and description (the first sentences) of a page. */
export function describe(markdown) {
  const title = plain(/^# (.+)$/m.exec(markdown)?.[1] ?? 'Fovea');
  const paragraphs = markdown.split(/\n{2,}/).filter((block) => /^[\p{L}*`[]/u.test(block.trim()));
  const written = paragraphs.filter((block) => !block.startsWith('Generated from '));
  const first = plain((written[0] ?? title).replaceAll('\n', ' '));
  return {
    title,
    description: first.length <= 160 ? first : `${first.slice(0, 157).replace(/\s\S*$/, '')} …`,
  };
}

/** Words without the marks of Markdown. */
export function plain(markdown) {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]|<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * A plugin of markdown-it: each heading has its anchor, wide tables a box to scroll in, and keys reach what scrolls.
 * Columns of numbers are a class, as the policy of the pages lets no style stand in a tag.
 */
export function headings(markdown) {
  markdown.core.ruler.push('anchors', ({ tokens }) => {
    const seen = new Map();
    tokens.forEach((token, i) => {
      if (token.type !== 'heading_open') return;
      const anchor = anchorOf(tokens[i + 1].content);
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      token.attrSet('id', times === 0 ? anchor : `${anchor}-${times}`);
    });
  });
  for (const rule of ['th_open', 'td_open']) {
    markdown.renderer.rules[rule] = (tokens, i, options, _env, renderer) => {
      const style = tokens[i].attrGet('style');
      if (style !== null) tokens[i].attrs = [['class', style.replace('text-align:', 'to-the-')]];
      return renderer.renderToken(tokens, i, options);
    };
  }
  for (const rule of ['fence', 'code_block']) {
    const usual = markdown.renderer.rules[rule];
    markdown.renderer.rules[rule] = (...args) =>
      usual(...args).replace(/^<pre/, '<pre tabindex="0"');
  }
  markdown.renderer.rules.table_open = () =>
    '<div class="wide" tabindex="0" role="group" aria-label="Table">\n<table>\n';
  markdown.renderer.rules.table_close = () => '</table>\n</div>\n';
}
