import { accountStream } from './account/account.state.js';
import { phoneNumberStream, shortCodeStream } from './phone-number/phone-number.state.js';
import { serviceStream } from './service/service.state.js';
import { sessionStream } from './session/session.state.js';

/** Every kind of stream that there is: what is told of all of them, such as verification, is told from this list. */
export const aggregates = [
  accountStream,
  serviceStream,
  phoneNumberStream,
  shortCodeStream,
  sessionStream,
] as const;
