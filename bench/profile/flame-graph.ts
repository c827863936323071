import type { Frame } from './call-tree.js';

const WIDTH = 1200;
const ROW = 17;
/** Narrower ones would only blur the picture. */
const NARROWEST = 0.6;
/** Of a letter, in the font of the picture. */
const LETTER = 6.2;
/** Frames above it are cut off: deeper ones are a handful of samples each. */
const DEEPEST = 60;

const colours = { ours: '#f0a050', libraries: '#f3d27a', engine: '#b8c4d6' };

/**
 * A call tree as an SVG without any script: each box is a function, as wide as its share of the time at work, on top of its
 * caller's. Orange is the project, yellow a package, grey Node and V8. Hovering tells the name, the place and the share.
 */
export function flameGraph(title: string, root: Frame): string {
  const boxes: string[] = [];
  let depth = 0;
  const draw = (frame: Frame, left: number, level: number): void => {
    const width = (frame.total / root.total) * WIDTH;
    if (width < NARROWEST || level > DEEPEST) return;
    depth = Math.max(depth, level);
    if (level > 0) boxes.push(box(frame, left, width, level, root.total));
    let x = left;
    for (const child of [...frame.children.values()].sort((a, b) => b.total - a.total)) {
      draw(child, x, level + 1);
      x += (child.total / root.total) * WIDTH;
    }
  };
  draw(root, 0, 0);
  const height = (depth + 2) * ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="${ROW - 5}" font-size="12">${escape(title)}</text>`,
    ...boxes,
    '</svg>\n',
  ].join('\n');
}

function box({ name, place, total }: Frame, left: number, width: number, level: number, all: number): string {
  const share = `${((100 * total) / all).toFixed(1)} %`;
  const letters = Math.floor((width - 4) / LETTER);
  const label = letters < 3 ? '' : name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
  const [x, y] = [left.toFixed(1), level * ROW];
  const text = label === '' ? '' : `<text x="${(left + 2).toFixed(1)}" y="${y + 12}">${escape(label)}</text>`;
  return (
    `<g><title>${escape(`${name} ${place} ${share}`)}</title>` +
    `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colourOf(place)}"/>${text}</g>`
  );
}

function colourOf(place: string): string {
  if (/^(?:apps|libs|bench)\//.test(place)) return colours.ours;
  return place === '' || place.startsWith('node:') ? colours.engine : colours.libraries;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
