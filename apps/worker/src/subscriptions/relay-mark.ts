import { noteMarked, noteSettled, readRelayProgress, type Consumer, type Queryable } from '#event-store';
import { readPlace, type EventJob, type JobQueue } from '#queues';

/** Milliseconds between two looks at which of the jobs are still undone. */
const listEvery = 5_000;
/** More are not listed: the consumer counts as being where it was. */
const mostListed = 1_000;

/** The queue has lost jobs since it was last looked at. */
class JobsLost extends Error {
  override readonly name = 'JobsLost';
}

/**
 * Notices that the queue of a consumer has lost jobs, all of them or the newest, and says from where they must be added again.
 *
 * Beside the jobs, where it is lost when they are, stands the position up to which they were added; the database has the same. Each
 * batch replaces the mark that was seen before its jobs were added: if it is another by then, jobs were lost in between.
 */
export class RelayMark {
  /** As it stands in the queue; undefined when that is not known. */
  #seen: number | undefined;
  #listed = 0;

  constructor(
    private readonly db: Queryable,
    private readonly consumer: Pick<Consumer, 'name' | 'id'>,
    private readonly queue: Pick<
      JobQueue<EventJob>,
      'readMark' | 'replaceMark' | 'unfinished' | 'unfinishedData'
    >,
    private readonly partition: number,
  ) {}

  /** Where the relay must go on from: its checkpoint, or earlier. While the queue is away nobody can tell. */
  async whence(checkpoint: number): Promise<number> {
    this.#seen = undefined;
    try {
      return await this.#compare(checkpoint);
    } catch {
      return checkpoint;
    }
  }

  /** Adds jobs and moves the mark to the last of them. */
  async with(position: number, add: () => Promise<void>): Promise<void> {
    const { db, consumer, queue, partition } = this;
    const seen = this.#seen ?? (await this.#look());
    await add();
    if (!(await queue.replaceMark(this.#field, String(seen), String(position)))) {
      this.#seen = undefined;
      throw new JobsLost();
    }
    this.#seen = position;
    await noteMarked(db, consumer, partition, position);
  }

  /** In a queue that was away until now. */
  async #look(): Promise<number> {
    const progress = await readRelayProgress(this.db, this.consumer, this.partition);
    const mark = parse(await this.queue.readMark(this.#field));
    if (mark === null || progress === null || mark < progress.marked) throw new JobsLost();
    return mark;
  }

  async #compare(checkpoint: number): Promise<number> {
    const { db, consumer, queue, partition } = this;
    const progress = await readRelayProgress(db, consumer, partition);
    if (progress === null) return checkpoint;
    const { settled, marked } = progress;
    const mark = parse(await queue.readMark(this.#field));
    if (mark !== null && mark >= marked) {
      this.#seen = mark;
      await this.#settle(checkpoint, settled);
      return checkpoint;
    }
    const from = Math.min(checkpoint, Math.max(settled, mark ?? 0));
    if (mark !== null) this.#seen = mark;
    else if (await queue.replaceMark(this.#field, null, String(from))) this.#seen = from;
    return marked > settled ? from : checkpoint;
  }

  /** Everything before the first job that is undone is handled. Those that failed for good count as undone: they are not to be lost. */
  async #settle(checkpoint: number, settled: number): Promise<void> {
    const { db, consumer, queue, partition } = this;
    if (settled >= checkpoint) return;
    if ((await queue.unfinished()) === 0) {
      await noteSettled(db, consumer, partition, checkpoint);
      return;
    }
    if (performance.now() - this.#listed < listEvery) return;
    this.#listed = performance.now();
    const jobs = await queue.unfinishedData(mostListed);
    if (jobs === null) return;
    const positions = jobs.flatMap((data) => {
      const place = readPlace(data);
      return place?.partition === partition && place.replayId === null ? [place.position] : [];
    });
    await noteSettled(db, consumer, partition, Math.min(checkpoint, ...positions.map((p) => p - 1)));
  }

  /** Of this registration: what an earlier one of the name left behind is not taken for its own. */
  get #field(): string {
    return `${this.consumer.id}/${this.partition}`;
  }
}

function parse(word: string | null): number | null {
  return word === null ? null : Number(word);
}
