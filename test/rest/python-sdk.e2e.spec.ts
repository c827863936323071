import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { startApi, type Api } from './start-api.js';

const python = process.env['MASKLINE_TEST_PYTHON'] ?? 'python3';
const version = spawnSync(python, ['-c', 'import twilio; print(twilio.__version__)'], { encoding: 'utf8' });
/** Debian has it as python3-twilio; a virtual environment is named by MASKLINE_TEST_PYTHON. */
const isThere = version.status === 0;

const script = `
import json, sys
from twilio.rest import Client
from twilio.base.exceptions import TwilioRestException
url, account, token = sys.argv[1:]
client = Client(account, token)
client.proxy.base_url = url
service = client.proxy.v1.services.create(unique_name='python')
proxy = client.proxy.v1.services(service.sid)
number = proxy.phone_numbers.create(phone_number='+14152000001')
session = proxy.sessions.create(unique_name='Order #1 é+', participants=[{'Identifier': '+14152007986', 'FriendlyName': 'Alice'}])
joined = proxy.sessions(session.sid).participants.create(identifier='+14152007987', proxy_identifier=number.phone_number)
sent = proxy.sessions(session.sid).participants(joined.sid).message_interactions.create(body='hé +1')
try:
    proxy.sessions(session.sid).participants.create(identifier='+14152007988')
    refused = None
except TwilioRestException as error:
    refused = [error.status, error.code]
seen = {
    'participants': [p.identifier for p in proxy.sessions(session.sid).participants.list(page_size=1)],
    'proxy': joined.proxy_identifier, 'in_use': proxy.phone_numbers(number.sid).fetch().in_use,
    'dates': [type(d).__name__ for d in [session.date_created, joined.date_updated, joined.date_deleted, number.date_created]],
    'data': [i.data for i in proxy.sessions(session.sid).interactions.list()],
    'name': session.unique_name, 'refused': refused,
    'removed': proxy.sessions(session.sid).participants(joined.sid).delete(),
    'deleted': type(proxy.sessions(session.sid).participants(joined.sid).fetch().date_deleted).__name__,
    'closed': proxy.sessions(session.sid).update(status='closed').status,
    'gone': [proxy.phone_numbers(number.sid).delete(), proxy.sessions(session.sid).delete(), client.proxy.v1.services(service.sid).delete()],
}
print(json.dumps(seen))
`;

// What is skipped says why.
(isThere ? describe : describe.skip)(
  `python's SDK${isThere ? '' : ' (not installed: python3-twilio)'}`,
  () => {
    let api: Api;

    beforeAll(async () => {
      api = await startApi();
    });

    it('adds numbers and participants, sends messages and reads what we answer', async () => {
      const { stdout } = await promisify(execFile)(python, [
        '-c',
        script,
        api.url,
        api.accountSid,
        api.service.authToken,
      ]);
      expect(JSON.parse(stdout)).toEqual({
        participants: ['+14152007987', '+14152007986'],
        proxy: '+14152000001',
        in_use: 1,
        dates: ['datetime', 'datetime', 'NoneType', 'datetime'],
        data: ['{"body":"hé +1"}'],
        name: 'Order #1 é+',
        refused: [400, 80609],
        removed: true,
        deleted: 'datetime',
        closed: 'closed',
        gone: [true, true, true],
      });
    });
  },
);
