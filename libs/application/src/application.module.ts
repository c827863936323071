import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CreateServiceHandler } from './service/create-service.js';
import { DeleteServiceHandler } from './service/delete-service.js';
import { UpdateServiceHandler } from './service/update-service.js';
import { CreateSessionHandler } from './session/create-session.js';
import { DeleteSessionHandler } from './session/delete-session.js';
import { ExpireSessionHandler } from './session/expire-session.js';
import { UpdateSessionHandler } from './session/update-session.js';

/** What the system can do. The store and the queries come from the global module of the process. */
@Module({
  imports: [CqrsModule.forRoot()],
  providers: [
    CreateServiceHandler,
    UpdateServiceHandler,
    DeleteServiceHandler,
    CreateSessionHandler,
    UpdateSessionHandler,
    DeleteSessionHandler,
    ExpireSessionHandler,
  ],
  exports: [CqrsModule],
})
export class ApplicationModule {}
