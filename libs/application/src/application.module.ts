import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ChangeAuthTokenHandler } from './account/change-auth-token.js';
import { CreateAccountHandler } from './account/create-account.js';
import { CreateApiKeyHandler } from './account/create-api-key.js';
import { CreateSecondaryAuthTokenHandler } from './account/create-secondary-auth-token.js';
import { DeleteSecondaryAuthTokenHandler } from './account/delete-secondary-auth-token.js';
import { PromoteAuthTokenHandler } from './account/promote-auth-token.js';
import { RevokeApiKeyHandler } from './account/revoke-api-key.js';
import { oneHandlerEach } from './one-handler-each.js';
import { CreateServiceHandler } from './service/create-service.js';
import { DeleteServiceHandler } from './service/delete-service.js';
import { DeleteSessionsBelowHandler } from './service/delete-sessions-below.js';
import { UpdateServiceHandler } from './service/update-service.js';
import { CreateSessionHandler } from './session/create-session.js';
import { DeleteSessionHandler } from './session/delete-session.js';
import { ExpireSessionHandler } from './session/expire-session.js';
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
  DeleteServiceHandler,
  DeleteSessionsBelowHandler,
  CreateSessionHandler,
  UpdateSessionHandler,
  ExpireSessionHandler,
  DeleteSessionHandler,
];

/** The use cases. The store, the queries and the keys come from the process's global StoreModule. */
@Module({
  imports: [CqrsModule.forRoot()],
  providers: oneHandlerEach(handlers),
  // The worker calls by itself what it does in thousands.
  exports: [CqrsModule, DeleteSessionsBelowHandler, ExpireSessionHandler],
})
export class ApplicationModule {}
