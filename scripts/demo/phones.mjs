// Two phones side by side, a line at a time: that works in a terminal, in a file and in the log of a CI as well.
import pc from 'picocolors';

const width = 38;
const bar = '─'.repeat(width);

/** `left` and `right` are the people; what each of them sees is all that is drawn. */
export function drawPhones(left, right) {
  const row = (ours, theirs) => console.log(`  │${cell(ours)}│  │${cell(theirs)}│`);
  const edge = (from, to) => console.log(pc.dim(`  ${from}${bar}${to}  ${from}${bar}${to}`));
  const lineFor = (person, text) => row(person === left ? text : '', person === right ? text : '');
  edge('┌', '┐');
  row(`${left.name}  ${left.identifier}`, `${right.name}  ${right.identifier}`);
  edge('├', '┤');
  return {
    /** Something that somebody does, or that their phone shows. */
    show: (person, text, colour = (plain) => plain) => {
      for (const part of wrapped(text)) lineFor(person, { text: part, colour });
    },
    end: () => edge('└', '┘'),
  };
}

function cell(content) {
  const { text, colour } =
    typeof content === 'string' ? { text: content, colour: (plain) => plain } : content;
  return colour(` ${text.padEnd(width - 1)}`);
}

function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)}${lines.at(-1) === '' ? '' : ' '}${word}`;
    if (longer.length < width) lines[lines.length - 1] = longer;
    else lines.push(`  ${word}`);
  }
  return lines;
}
