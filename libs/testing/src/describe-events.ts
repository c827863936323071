import { readdirSync, readFileSync } from 'node:fs';
import { events, isEventType, jobJsonSchema, jsonSchemaOf, type EventType } from '#contracts';

/** What docs/events.md says, written from the schemas and from the released events. */
export async function describeEvents(): Promise<string> {
  const types = Object.keys(events).filter(isEventType);
  const text = [introduction, job(), ...types.map(describeEvent)].join('\n\n');
  // Not loaded by the many specs that have nothing to write.
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(import.meta.filename)), parser: 'markdown' });
}

const introduction = `# Events

Written by \`npm run contracts\` from the schemas in \`libs/contracts\`; a spec keeps it in step with them, and the examples are the released events that every version of the code is tested against.

## What is promised

- What is in a log stays there. A released shape never changes and no field of it is ever taken away or given another meaning.
- Fields may be added, and types too: read what you know and pass by what you do not. A change that a reader could not pass by is a new event type.
- Whoever reads the log through Maskline gets today's shape of old events as well.
- An event is delivered at least once. Its \`eventId\` never changes, so whoever notes it handles each event once; within a stream \`version\` counts from 1 without gaps.
- A field that tells about a person is ciphertext (\`{ "sealed", "subject" }\`) for readers without the master key, and \`{ "erased": true }\` once the person was erased. Jobs hold no personal data at all.

The package \`@maskline/contracts\` has the same as zod schemas, as types and as JSON Schema. Its version is Maskline's.`;

function job(): string {
  return `## The job in the queue of a consumer\n\n${block(jobJsonSchema())}`;
}

function describeEvent(type: EventType): string {
  const description = events[type].description ?? '';
  const examples = fixturesOf(type).map((data) => block(data));
  return [
    `## ${type}`,
    description,
    ...examples,
    '<details><summary>JSON Schema</summary>',
    block(jsonSchemaOf(type)),
    '</details>',
  ].join('\n\n');
}

function block(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

const folder = new URL('../../event-store/src/released-events/', import.meta.url);

/** The data of a type's released events in the shape of today, which is that of its last version. */
export function fixturesOf(type: EventType): unknown[] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${type}.v`))
    .sort()
    .slice(-1)
    .map((file) => {
      const fixture: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      return typeof fixture === 'object' && fixture !== null && 'data' in fixture ? fixture.data : null;
    });
}
