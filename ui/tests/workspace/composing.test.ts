/** What is being written: whom it goes to, what it carries, and that none of it is lost. */
import { beforeEach, expect, test } from 'vitest';
import type { Attachment, Case, ReplyOption } from '../../src/shared/api';
import { Composition } from '../../src/workspace/composing.svelte';
import { me } from '../../src/workspace/session';
import { detail, message, settled, TableServer } from '../support';

const BO = { name: 'Bo Marsh', address: 'bo@lamps.example' };
const CY = { name: null, address: 'cy@lamps.example' };
const mail = { key: 'mail', is_default: true, features: ['subject', 'html', 'attachments', 'cc'], cc: [BO], limits: { text: null } } as unknown as ReplyOption;
const sms = { ...mail, key: 'sms', is_default: false, features: [], cc: [] } as ReplyOption;
const png = (): File => new File(['x'], 'lamp.png', { type: 'image/png' });
const arrived = (id: string): Attachment => ({ id, name: 'lamp.png', media_type: 'image/png', size: 1, url: `/api/v1/attachments/${id}` });

let shown: Case;
let failures: unknown[];
let server: TableServer;
const open = (): Composition => new Composition(() => shown, (reason) => failures.push(reason));

beforeEach(() => {
  localStorage.clear();
  me.set({ id: '1', name: 'Ravi', email: '', role: 'agent', is_active: true, signature: '', team_ids: [] });
  shown = detail({ id: '9', reply_options: [mail, sms], newest_message_id: '70' });
  failures = [];
  server = new TableServer().on('POST /uploads', () => arrived('42'));
});

test('those whom a reply to all would reach get it, unless somebody says otherwise', () => {
  const draft = open();
  expect(draft.body('pending', false)).toMatchObject({ cc: ['Bo Marsh <bo@lamps.example>'], bcc: [] });
  draft.setPeople('cc', []);
  draft.setPeople('bcc', [CY]);
  expect(draft.body('pending', false)).toMatchObject({ cc: [], bcc: ['cy@lamps.example'] });
});

test('a channel that reaches one person is told of nobody else', () => {
  const draft = open();
  draft.setPeople('bcc', [CY]);
  draft.choose('sms');
  expect(Object.keys(draft.body('pending', false))).not.toContain('cc');
});

test('people are kept in the draft like the words, even without any', () => {
  const draft = open();
  draft.setPeople('cc', [CY]);
  draft.keepDue();
  expect(open().cc).toEqual([CY]);
  draft.clear();
  expect(open().cc).toEqual([BO]);
});

test('who cannot be written to keeps a reply back, and so do too many', () => {
  const draft = open();
  expect(draft.hasFitPeople).toBe(true);
  draft.setPeople('cc', [{ name: null, address: 'bo@' }]);
  expect(draft.hasFitPeople).toBe(false);
  draft.setPeople('cc', Array.from({ length: 21 }, (_, nth) => ({ name: null, address: `${nth}@lamps.example` })));
  expect(draft.hasFitPeople).toBe(false);
  draft.turnTo('note');
  expect(draft.hasFitPeople).toBe(true);
});

test('another way is chosen from within a note, and the reply has it', () => {
  const draft = open();
  draft.turnTo('note');
  draft.choose('sms');
  expect([draft.mode, draft.option?.key]).toEqual(['reply', 'sms']);
});

test('a pasted picture stands at the caret and goes with its file', async () => {
  const draft = open();
  draft.text = 'See ';
  expect(draft.add([png()], 4)).toBe(draft.text.length);
  expect(draft.isUploading).toBe(true);
  await settled();
  expect(draft.text).toBe('See ![lamp.png](attachment:42)');
  draft.drop(draft.uploads[0]!);
  expect([draft.text, draft.uploads.length]).toEqual(['See ', 0]);
});

test('a picture that cannot be put up leaves nothing behind but the reason', async () => {
  server.on('POST /uploads', () => server.problem({ status: 413, code: 'too_large', detail: 'Too large.' }));
  const draft = open();
  draft.add([png()], 0);
  await settled();
  expect([draft.text, draft.uploads.length, failures.length]).toEqual(['', 0, 1]);
});

test('where pictures have no place in the text they are files like others', async () => {
  const draft = open();
  draft.choose('sms');
  draft.add([png()], 0);
  await settled();
  expect([draft.text, draft.uploads[0]?.attachment?.id]).toEqual(['', '42']);
});

test('an undone reply comes back whole, its files put up anew', async () => {
  server.on('GET /attachments/7', () => new Response('x'));
  const draft = open();
  await draft.restore(
    message({ text: 'See ![lamp.png](attachment:7)', attachments: [arrived('7')], participants: [{ ...CY, role: 'bcc' }, { ...BO, role: 'cc' }] }),
  );
  expect(draft.text).toBe('See ![lamp.png](attachment:42)');
  expect([draft.cc, draft.bcc]).toEqual([[BO], [CY]]);
  expect(draft.body('pending', false)).toMatchObject({ attachment_ids: ['42'], seen_message_id: '70' });
});
