/**
 * README and docs/ as data.
 *
 * In: Markdown files. Out: their headings, links, pictures, code blocks and tables. Never: a check of their content.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import { marked } from 'marked';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const read = (path) => readFileSync(`${root}${path}`, 'utf8');

/** README.md, and all Markdown files in docs/. */
export const PATHS = ['README.md', ...readdirSync(`${root}docs`).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];

/** Yields all tokens of a document, in order. The content of code and of comments is not split into tokens. */
function* walk(tokens) {
  for (const token of tokens) {
    yield token;
    const inner = token.type === 'table' ? [...token.header, ...token.rows.flat()].flatMap(({ tokens: cell }) => cell)
      : token.tokens ?? token.items;
    if (inner) yield* walk(inner);
  }
}

const plain = (tokens) => [...walk(tokens)].filter(({ type, tokens: inner }) => (
  !inner && ['text', 'codespan', 'escape'].includes(type))).map(({ text }) => text).join('');
const unescape = (text) => text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => (
  { amp: '&', lt: '<', gt: '>', quot: '"', '#39': '\'' }[name]));

/** The images in a `<picture>` element, which has an image for each theme. */
const picturesIn = (html) => [...html.matchAll(/\b(?:src|srcset)="([^"]+)"/g)].map(([, href]) => ({
  href, text: /\balt="([^"]+)"/.exec(html)?.[1] ?? '',
}));

/**
 * Returns `{ path, text, headings, links, images, blocks, tables }` of a file. A block is `{ language, content, under, marker }`,
 * a table `{ header, rows, under }` with the text of each cell. `under` is the slug of the last heading before the block
 * or table, and `marker` the text of the comment right before the block, if any.
 */
export function documentAt(path) {
  const text = read(path);
  const slugger = new GithubSlugger();
  const document = { path, text, headings: [], links: [], images: [], blocks: [], tables: [] };
  let under = '';
  let marker;
  for (const token of walk(marked.lexer(text))) {
    if (token.type === 'heading') {
      under = slugger.slug(unescape(plain(token.tokens)));
      document.headings.push({ depth: token.depth, text: unescape(plain(token.tokens)), slug: under });
    }
    if (token.type === 'link') document.links.push({ href: token.href, text: token.text });
    if (token.type === 'image') document.images.push({ href: token.href, text: token.text });
    if (token.type === 'html') document.images.push(...picturesIn(token.text));
    if (token.type === 'code') document.blocks.push({ language: token.lang ?? '', content: token.text, under, marker });
    if (token.type === 'table') {
      const cells = (row) => row.map(({ tokens }) => unescape(plain(tokens)));
      document.tables.push({ header: cells(token.header), rows: token.rows.map(cells), under });
    }
    if (token.type !== 'space') marker = token.type === 'html' ? token.text.match(/^<!-- ([^]*?) -->/)?.[1] : undefined;
  }
  return document;
}

export const documents = PATHS.map(documentAt);

/**
 * Returns the commands of a document as `{ command, under, marker }`, without comments. A line that ends in a backslash is joined
 * with the next one.
 */
export function commandsIn({ blocks }) {
  return blocks.filter(({ language }) => language === 'sh').flatMap(({ content, under, marker }) => (
    content.replaceAll(/\\\n\s*/g, '').split('\n').map((line) => line.replace(/(^|\s+)# .*$/, '').trim()).filter(Boolean)
      .map((command) => ({ command, under, marker }))));
}
