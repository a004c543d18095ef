// Draws numbered frames over a page: a frame and a number for each place, at its position in the page's layout.

const MARGIN = 4;
const RADIUS = 12;

/**
 * Draws the overlay inside the page. It uses no style sheet and no style attribute, because the policies of the callback page
 * and of the simulator's pages forbid them.
 *
 * @param {{ boxes: { x: number, y: number, width: number, height: number }[], margin: number, radius: number }} drawing
 */
function draw({ boxes, margin, radius }) {
  const make = (name, attributes, parent) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
  };
  const [width, height] = [document.documentElement.clientWidth, document.documentElement.scrollHeight];
  const overlay = make('svg', { id: 'numbers', width, height }, document.body);
  const place = { position: 'absolute', left: '0', top: '0', 'z-index': '2147483647', 'pointer-events': 'none' };
  for (const [key, value] of Object.entries(place)) overlay.style.setProperty(key, value);
  // Dark enough for white digits, and a colour that neither NocoDB nor its messages use.
  const colour = '#c2255c';
  const frames = boxes.map((box) => {
    const [x, y] = [Math.max(box.x - margin, 2), Math.max(box.y - margin, 2)];
    return {
      x,
      y,
      width: Math.min(box.x + box.width + margin, width - 2) - x,
      height: Math.min(box.y + box.height + margin, height - 2) - y,
    };
  });
  const space = radius + 2;
  const touches = ([cx, cy], frame) => cx + space > frame.x && cx - space < frame.x + frame.width
    && cy + space > frame.y && cy - space < frame.y + frame.height;
  frames.forEach((frame, index) => {
    make('rect', { ...frame, rx: 8, fill: 'none', stroke: colour, 'stroke-width': 2.5 }, overlay);
    // The number is beside the frame if it covers no marked place there, and otherwise on the frame's corner.
    const beside = [frame.x - space - 2, frame.y + frame.height / 2];
    const isFree = beside[0] >= space && !frames.some((other) => touches(beside, other));
    const [cx, cy] = isFree ? beside : [Math.max(frame.x, space), Math.max(frame.y, space)];
    make('circle', { cx, cy, r: radius, fill: colour, stroke: '#fff', 'stroke-width': 2 }, overlay);
    make('text', {
      x: cx, y: cy, dy: '0.36em', 'text-anchor': 'middle', fill: '#fff',
      'font-family': 'system-ui, sans-serif', 'font-size': 14, 'font-weight': 700,
    }, overlay).textContent = String(index + 1);
  });
}

/** The smallest box around several boxes. */
function around(boxes) {
  const [left, top] = [Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y))];
  return {
    x: left,
    y: top,
    width: Math.max(...boxes.map(({ x, width }) => x + width)) - left,
    height: Math.max(...boxes.map(({ y, height }) => y + height)) - top,
  };
}

/**
 * Marks places in a page. The places must exist and no longer move.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Locator[]} places in the order of their numbers; one frame surrounds all elements that a
 *   locator finds
 */
export async function annotate(page, places) {
  const boxes = [];
  for (const place of places) {
    const found = await Promise.all((await place.all()).map((one) => one.boundingBox()));
    boxes.push(around(found.filter(Boolean)));
  }
  await page.evaluate(draw, { boxes, margin: MARGIN, radius: RADIUS });
}

export const clear = (page) => page.evaluate(() => document.getElementById('numbers')?.remove());
