import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ChangeAuthTokenHandler } from './account/change-auth-token.js';
import { CreateAccountHandler } from './account/create-account.js';
import { CreateApiKeyHandler } from './account/create-api-key.js';
import { CreateSecondaryAuthTokenHandler } from './account/create-secondary-auth-token.js';
import { DeleteSecondaryAuthTokenHandler } from './account/delete-secondary-auth-token.js';
import { PromoteAuthTokenHandler } from './account/promote-auth-token.js';
import { RevokeApiKeyHandler } from './account/revoke-api-key.js';
import { EnableCallbackHandler } from './deliveries/enable-callback.js';
import { RedeliverDeliveriesHandler, RedeliverDeliveryHandler } from './deliveries/redeliver.js';
import { SendTestCallbackHandler } from './deliveries/send-test-callback.js';
import { CloseSessionsHandler } from './admin/close-sessions.js';
import { RevealIdentifiersHandler } from './admin/reveal-identifiers.js';
import { PlaceAccountHoldHandler, ReleaseAccountHoldHandler } from './legal-hold/hold-account.js';
import { PlaceSessionHoldHandler, ReleaseSessionHoldHandler } from './legal-hold/hold-session.js';
import { oneHandlerEach } from './one-handler-each.js';
import { ReceiveCallHandler } from './inbound/receive-call.js';
import { ReceiveMessageHandler } from './inbound/receive-message.js';
import { ReportLegHandler } from './inbound/report-leg.js';
import { DeleteInteractionHandler } from './interaction/delete-interaction.js';
import { ForwardMessageHandler } from './interaction/forward-message.js';
import { SendMessageHandler } from './interaction/send-message.js';
import { AddParticipantHandler } from './participant/add-participant.js';
import { RemoveParticipantHandler } from './participant/remove-participant.js';
import { AddToPoolHandler } from './phone-number/add-to-pool.js';
import { ReleaseNumberHandler } from './phone-number/release-number.js';
import { RemoveFromPoolHandler } from './phone-number/remove-from-pool.js';
import { UpdateInPoolHandler } from './phone-number/update-in-pool.js';
import { CreateServiceHandler } from './service/create-service.js';
import { DeleteServiceHandler } from './service/delete-service.js';
import { DeleteSessionsBelowHandler } from './service/delete-sessions-below.js';
import { RemoveNumbersBelowHandler } from './service/remove-numbers-below.js';
import { ChangeStopWordsHandler } from './service/change-stop-words.js';
import { UpdateServiceHandler } from './service/update-service.js';
import { CreateSessionHandler } from './session/create-session.js';
import { DeleteSessionHandler } from './session/delete-session.js';
import { ExpireSessionHandler } from './session/expire-session.js';
import { RetireSessionHandler } from './session/retire-session.js';
import { UpdateSessionHandler } from './session/update-session.js';

/** What the system can do, by use case. */
export const handlers = [
  CreateAccountHandler,
  ChangeAuthTokenHandler,
  CreateSecondaryAuthTokenHandler,
  PromoteAuthTokenHandler,
  DeleteSecondaryAuthTokenHandler,
  CreateApiKeyHandler,
  RevokeApiKeyHandler,
  CreateServiceHandler,
  UpdateServiceHandler,
  ChangeStopWordsHandler,
  DeleteServiceHandler,
  DeleteSessionsBelowHandler,
  RemoveNumbersBelowHandler,
  AddToPoolHandler,
  UpdateInPoolHandler,
  RemoveFromPoolHandler,
  ReleaseNumberHandler,
  CreateSessionHandler,
  UpdateSessionHandler,
  ExpireSessionHandler,
  DeleteSessionHandler,
  RetireSessionHandler,
  AddParticipantHandler,
  RemoveParticipantHandler,
  SendMessageHandler,
  DeleteInteractionHandler,
  ReceiveMessageHandler,
  ForwardMessageHandler,
  ReceiveCallHandler,
  ReportLegHandler,
  RedeliverDeliveryHandler,
  RedeliverDeliveriesHandler,
  EnableCallbackHandler,
  SendTestCallbackHandler,
  CloseSessionsHandler,
  RevealIdentifiersHandler,
  PlaceAccountHoldHandler,
  ReleaseAccountHoldHandler,
  PlaceSessionHoldHandler,
  ReleaseSessionHoldHandler,
];

/** The use cases. The store, the carrier, the callbacks and the rules come from the process's global modules. */
@Module({
  imports: [CqrsModule.forRoot()],
  providers: oneHandlerEach(handlers),
  // The worker calls by itself what it does in thousands.
  exports: [
    CqrsModule,
    DeleteSessionsBelowHandler,
    RemoveNumbersBelowHandler,
    ReleaseNumberHandler,
    ExpireSessionHandler,
    RetireSessionHandler,
    ForwardMessageHandler,
  ],
})
export class ApplicationModule {}
