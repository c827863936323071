// Says what becomes of sessions: a consumer that is a URL. All it has of Maskline is the package of contracts.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { events, isEventType } from '@maskline/contracts';
import { Webhook } from 'standardwebhooks';

const { WEBHOOK_SECRET: secret, PORT: port = '8080' } = process.env;
if (secret === undefined) {
  console.error('WEBHOOK_SECRET must be what `maskline consumer add` has shown');
  process.exit(1);
}
const webhook = new Webhook(secret);

// What was handled already, for an event may come more than once. Whoever keeps anything of it keeps this beside it, in the same
// transaction; here, what is printed is lost with the process anyway.
const handled = new Set();

const server = createServer((request, response) => {
  receive(request).then(
    (status) => response.writeHead(status).end(),
    (error) => {
      console.error(error);
      // It is told again.
      response.writeHead(500).end();
    },
  );
});

async function receive(request) {
  const body = await text(request);
  const cloudEvent = verified(body, request.headers);
  if (cloudEvent === null) return 401;
  const id = request.headers['webhook-id'];
  if (!handled.has(id)) {
    handle(cloudEvent);
    handled.add(id);
  }
  return 204;
}

/** Null for what does not come from our Maskline, or is an old message that somebody has recorded. */
function verified(body, headers) {
  try {
    return webhook.verify(body, headers);
  } catch {
    return null;
  }
}

function handle({ type: name, subject, time, data }) {
  const type = name.replace(/^maskline\./, '');
  // A newer Maskline may know of more than we do.
  if (!isEventType(type)) return;
  console.log([time, subject, type, detailOf(type, data)].join(' ').trimEnd());
}

function detailOf(type, data) {
  switch (type) {
    case 'SessionCreated':
      return events.SessionCreated.parse(data).mode;
    case 'SessionClosed':
      return events.SessionClosed.parse(data).reason;
    case 'SessionExpired':
      return events.SessionExpired.parse(data).reason;
    default:
      return '';
  }
}

server.listen(Number(port), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
