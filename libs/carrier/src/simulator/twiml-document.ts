import { SaxesParser } from 'saxes';

/** A document that cannot be obeyed. The message names what of TwiML is wrong, never what somebody wrote. */
export class TwimlError extends Error {
  override readonly name = 'TwimlError';

  /** `code` is the one under which Twilio reports it. */
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** All its own text. */
  text: string;
}

/** TwiML needs three. */
const MAX_DEPTH = 10;

/** The verbs of a document, which is one Response. */
export function readResponse(xml: string): readonly XmlElement[] {
  const response = readElement(xml.trim());
  if (response.name !== 'Response') throw new TwimlError(12100, 'the document is no Response');
  return response.children;
}

/** An address in a document, which may be relative to the document's own. */
export function absoluteUrl(address: string, base: string): string {
  const url = URL.canParse(address, base) ? new URL(address, base) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new TwimlError(12200, 'an address is not a URL');
  return url.href;
}

/**
 * One that the simulator calls. Documents may be passed on from users, and this carrier stands inside of Maskline's network:
 * it calls only the place from which the document came, which is Maskline itself.
 */
export function callableUrl(address: string, base: string): string {
  const url = absoluteUrl(address, base);
  if (new URL(url).origin === new URL(base).origin) return url;
  throw new TwimlError(12200, 'an address is not where the document came from');
}

/** By a strict parser, which knows no entities but XML's own. */
function readElement(xml: string): XmlElement {
  const parser = new SaxesParser();
  const open: XmlElement[] = [newElement('', {})];
  const inner = (): XmlElement => open.at(-1) ?? malformed();
  parser.on('error', malformed);
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length > MAX_DEPTH) malformed();
    const element = newElement(name, attributes);
    inner().children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => (inner().text += text));
  parser.on('cdata', (text) => (inner().text += text));
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return inner().children[0] ?? malformed();
}

function newElement(name: string, attributes: Record<string, string>): XmlElement {
  return { name, attributes, children: [], text: '' };
}

function malformed(): never {
  throw new TwimlError(12100, 'the document is not well-formed XML');
}
