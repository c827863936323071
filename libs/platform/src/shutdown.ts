import { Logger } from '@nestjs/common';
import { describeError } from './describe-error.js';

interface Part {
  readonly name: string;
  stop(): Promise<unknown>;
}

/** Ten seconds in all: what runs us (a shell, Docker, Kubernetes) loses patience soon after. */
const LIMIT_MS = 10_000;

/** However slow the parts before it were, each part gets this long. */
const LEAST_MS = 1_000;

/** Ends a process in order: what was started last stops first. Ctrl-C and SIGTERM begin it, a second one ends it at once. */
export class Shutdown {
  private readonly logger = new Logger(Shutdown.name);
  private readonly parts: Part[] = [];
  private stopping: Promise<boolean> | null = null;

  constructor(
    private readonly limitMs = LIMIT_MS,
    private readonly leastMs = LEAST_MS,
  ) {}

  add(name: string, stop: () => Promise<unknown>): void {
    this.parts.push({ name, stop });
  }

  listen(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (this.stopping !== null) process.exit(130);
        void this.stop().then((isClean) => process.exit(isClean ? 0 : 1));
      });
    }
  }

  get hasBegun(): boolean {
    return this.stopping !== null;
  }

  /** True when every part stopped by itself and in time. */
  stop(): Promise<boolean> {
    this.stopping ??= this.stopParts();
    return this.stopping;
  }

  private async stopParts(): Promise<boolean> {
    const deadline = Date.now() + this.limitMs;
    let isClean = true;
    for (let part = this.parts.pop(); part !== undefined; part = this.parts.pop()) {
      const failure = await failureOf(part, Math.max(deadline - Date.now(), this.leastMs));
      if (failure === null) continue;
      isClean = false;
      this.logger.error({ message: `${part.name} did not stop`, err: failure });
    }
    return isClean;
  }
}

async function failureOf(part: Part, limit: number): Promise<Error | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(resolve, limit, new Error(`no end within ${limit} ms`));
  });
  const end = async () => {
    await part.stop();
    return null;
  };
  try {
    return await Promise.race([end(), late]);
  } catch (error) {
    return error instanceof Error ? error : new Error(describeError(error).message);
  } finally {
    clearTimeout(timer);
  }
}
