import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { changeStopWords, serviceStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';

export class ChangeStopWords extends Command<void> {
  constructor(
    readonly serviceSid: string,
    /** Null for what the operator's setting says. */
    readonly respected: boolean | null,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeStopWords)
export class ChangeStopWordsHandler implements ICommandHandler<ChangeStopWords> {
  constructor(private readonly events: EventStore) {}

  async execute({ serviceSid, respected, context }: ChangeStopWords): Promise<void> {
    await this.events.change(serviceStream, serviceSid, context, (service) =>
      changeStopWords(service, respected),
    );
  }
}
