import { describe, expect, it } from '@jest/globals';
import { Command, CommandHandler } from '@nestjs/cqrs';
import { handlers } from './application.module.js';
import * as application from './index.js';
import { commandOf, oneHandlerEach } from './one-handler-each.js';

class Greet extends Command<void> {}

@CommandHandler(Greet)
class GreetHandler {
  execute(): Promise<void> {
    return Promise.resolve();
  }
}

@CommandHandler(Greet)
class GreetAgainHandler extends GreetHandler {}

class Idle extends Object {
  execute(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a command', () => {
  it('has one handler, or the process does not start', () => {
    expect(oneHandlerEach([GreetHandler])).toEqual([GreetHandler]);
    expect(() => oneHandlerEach([GreetHandler, GreetAgainHandler])).toThrow(
      'GreetHandler and GreetAgainHandler handle the same command',
    );
    expect(() => oneHandlerEach([Idle])).toThrow('Idle handles no command');
  });

  it('of ours has a handler', () => {
    const commands = Object.values(application).filter(
      (exported) => typeof exported === 'function' && exported.prototype instanceof Command,
    );
    const handled = handlers.map(commandOf);

    expect(commands.length).toBeGreaterThan(0);
    expect(new Set(handled)).toEqual(new Set(commands));
  });
});
