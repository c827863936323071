import type { InteractionType } from '#domain';
import type { Contact, InteractionRow } from '#read-model';
import type { CallbackForm } from '#wire';

/** A message or a call as the carrier brings it. */
export interface Arrival {
  readonly contact: Contact;
  readonly type: InteractionType;
  /** The carrier's own SID of it: it brings the same one again when our answer was lost. */
  readonly resourceSid: string;
  readonly body: string | null;
  readonly mediaUrls: readonly string[] | null;
  /** All that the carrier said, for the out-of-session callback. */
  readonly parameters: CallbackForm;
}

/** What is to be done about it. */
export type Reception =
  /** It belongs to a session: the row that it has there. */
  | { readonly kind: 'accepted'; readonly row: InteractionRow }
  /** The account answers it by itself, with this TwiML. */
  | { readonly kind: 'answered'; readonly twiml: string }
  | { readonly kind: 'dropped' };

export const dropped: Reception = { kind: 'dropped' };
