import type { MaskingRules, ParticipantWish } from '#application';
import { readIdentifier, type ParticipantForm } from '#wire';

/** A participant as the form asks for it, with whom the identifier reaches and where that is. */
export function located(form: ParticipantForm, { identifierCheck }: MaskingRules): ParticipantWish {
  const { identifier, friendlyName, proxyIdentifier, proxyIdentifierSid, numberSelection } = form;
  return {
    whom: readIdentifier(identifier, identifierCheck),
    friendlyName,
    proxyIdentifier,
    proxyIdentifierSid,
    isUnused: numberSelection === 'unused',
  };
}
