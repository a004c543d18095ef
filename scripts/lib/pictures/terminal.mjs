// Shows a command and its output like a terminal, in both themes.

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const lines = (text) => text.split('\n').map((line) => `<div class="line"><span>${escape(line)}</span></div>`).join('');

/** JSON with each list of strings on one line, which is easier to read. */
const print = (value) => JSON.stringify(value, null, 2)
  .replaceAll(/\[\s+("[^\]]*")\s+\]/g, (_, items) => `[${items.replaceAll(/\s*\n\s*/g, ' ')}]`);

/**
 * @param {import('playwright-core').Page} page
 * @param {{ command: string, answer: object }} content
 * @returns {Promise<(text: string) => import('playwright-core').Locator>} finds the lines with a text
 */
export async function inTerminal(page, { command, answer }) {
  await page.setContent(`<!doctype html><title>Terminal</title><style>
    :root { color-scheme: light dark; --page: #f6f8fa; --text: #1f2328; --quiet: #59636e; }
    @media (prefers-color-scheme: dark) { :root { --page: #151b23; --text: #f0f6fc; --quiet: #9198a1; } }
    body { margin: 0; padding: 26px 48px; background: var(--page); color: var(--text);
      font: 13px/1.6 ui-monospace, "DejaVu Sans Mono", monospace; }
    .line { white-space: pre-wrap; }
    .command { margin-bottom: 14px; } .command::before { content: "$ "; color: var(--quiet); float: left; white-space: pre; }
  </style><div class="command">${lines(command)}</div>${lines(print(answer))}`);
  return (text) => page.locator('.line span', { hasText: text });
}
