import type { Type } from '@nestjs/common';
import type { ICommandHandler } from '@nestjs/cqrs';

/** Under which @CommandHandler keeps its command; Nest does not export the name. */
const handlerMetadata = '__commandHandler__';

export function commandOf(handler: Type<ICommandHandler>): unknown {
  return Reflect.getMetadata(handlerMetadata, handler);
}

/** Refuses two handlers of one command: the bus would take the last of them and only warn. */
export function oneHandlerEach(handlers: readonly Type<ICommandHandler>[]): Type<ICommandHandler>[] {
  const commands = new Map<unknown, string>();
  for (const handler of handlers) {
    const command = commandOf(handler);
    if (command === undefined) throw new Error(`${handler.name} handles no command`);
    const other = commands.get(command);
    if (other !== undefined) throw new Error(`${other} and ${handler.name} handle the same command`);
    commands.set(command, handler.name);
  }
  return [...handlers];
}
