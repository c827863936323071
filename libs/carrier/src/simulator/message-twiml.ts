import { isReachable } from './describe-number.js';
import { absoluteUrl, callableUrl, readResponse, TwimlError, type XmlElement } from './twiml-document.js';

/** What a webhook for messages may answer. A reply goes back where the message came from unless it says otherwise. */
export type MessageVerb =
  | {
      readonly verb: 'Message';
      readonly to: string | null;
      readonly from: string | null;
      readonly body: string;
      readonly media: readonly string[];
      readonly statusCallback: string | null;
    }
  | { readonly verb: 'Redirect'; readonly url: string };

/** An answer without a body asks for nothing. `url` is where the document came from, for addresses relative to it. */
export function readMessageTwiml(xml: string, url: string): MessageVerb[] {
  if (xml.trim() === '') return [];
  return readResponse(xml).map((element) => verbOf(element, url));
}

function verbOf(element: XmlElement, url: string): MessageVerb {
  switch (element.name) {
    case 'Message':
      return replyOf(element, url);
    case 'Redirect':
      return { verb: 'Redirect', url: callableUrl(element.text.trim(), url) };
    default:
      throw new TwimlError(12200, 'a verb is not one for messages');
  }
}

function replyOf({ attributes, children, text }: XmlElement, url: string): MessageVerb {
  const bodies = children.filter(({ name }) => name === 'Body').map((body) => body.text.trim());
  const media = children
    .filter(({ name }) => name === 'Media')
    .map((item) => absoluteUrl(item.text.trim(), url));
  const callback = attributes['statusCallback'];
  return {
    verb: 'Message',
    to: numberOf(attributes['to']),
    from: numberOf(attributes['from']),
    body: [text.trim(), ...bodies].filter((part) => part !== '').join('\n'),
    media,
    statusCallback: callback === undefined ? null : callableUrl(callback, url),
  };
}

function numberOf(attribute: string | undefined): string | null {
  if (attribute === undefined) return null;
  if (!isReachable(attribute)) throw new TwimlError(12200, 'an attribute is not a phone number');
  return attribute;
}
