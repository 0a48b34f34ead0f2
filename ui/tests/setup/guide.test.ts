/** Setting up an inbox: what is asked for, where, and what is sent of it. */
import { describe, expect, test } from 'vitest';
import type { Setting } from '../../src/shared/api';
import { email } from '../../src/setup/email';
import { asWords, changesOf, drawn, missing, movedTo, settingsOf, type Given } from '../../src/setup/guide';

const SECRETS = ['smtp_password', 'imap_password', 'oauth_client_secret', 'oauth_refresh_token'];
const NAMES = [
  ...['smtp_host', 'smtp_port', 'smtp_user', 'smtp_security', 'from_name', 'signature', 'imap_host', 'imap_port', 'imap_user', 'imap_security', 'imap_sign_in', 'smtp_sign_in'],
  ...['imap_folder', 'poll_seconds', 'oauth_client_id', 'oauth_token_url', 'oauth_scope', 'import_history', 'authserv_id', ...SECRETS],
];
const declared = (...names: string[]): Setting[] => names.map((name) => ({ name, required: name === 'smtp_host', is_secret: SECRETS.includes(name), help: '' }));
const ALL = declared(...NAMES);
const ADDRESS = 'help@lamps.example';
const begun = (provider: string, more: Given = {}): Given => ({ ...movedTo(email, provider, {}), ...more });
const asked = (provider: string, given: Given): string[] =>
  drawn(ALL, email, provider, given).filter((group) => group.key !== 'more').flatMap((group) => group.fields.map((each) => each.name));
const sent = (provider: string, given: Given): Given => settingsOf(ALL, email, provider, given, ADDRESS);

describe('Gmail', () => {
  test('asks for an app password, and knows the rest', () => {
    const given = begun('google', { imap_password: 'abcd' });
    expect(asked('google', given)).toEqual(['imap_sign_in', 'imap_password', 'from_name', 'signature']);
    expect(sent('google', given)).toEqual({
      ...{ imap_host: 'imap.gmail.com', imap_port: '993', imap_security: 'tls', imap_user: ADDRESS, imap_password: 'abcd', imap_sign_in: 'password' },
      ...{ smtp_host: 'smtp.gmail.com', smtp_port: '587', smtp_security: 'starttls', smtp_user: ADDRESS, smtp_password: 'abcd', smtp_sign_in: 'password' },
    });
  });

  test('by OAuth 2 needs an app and the owner’s consent, and sends no password', () => {
    const given = begun('google', { imap_password: 'typed before', imap_sign_in: 'google' });
    expect(missing(drawn(ALL, email, 'google', given), given)).toEqual(['oauth_client_id', 'oauth_client_secret', 'oauth_refresh_token']);
    expect(Object.keys(sent('google', { ...given, oauth_client_id: 'a', oauth_client_secret: 'b', oauth_refresh_token: 'c' }))).not.toContain('imap_password');
  });
});

test('Microsoft 365 asks for an app and its tenant’s address, or for a refresh token', () => {
  const given = begun('microsoft', { oauth_client_id: 'a', oauth_client_secret: 'b' });
  expect(asked('microsoft', given)).not.toContain('imap_password');
  expect(missing(drawn(ALL, email, 'microsoft', given), given)).toEqual(['$tenant']);
  expect(sent('microsoft', { ...given, $tenant: ' 1-2 ' }).oauth_token_url).toBe('https://login.microsoftonline.com/1-2/oauth2/v2.0/token');
  const consented = { ...given, oauth_refresh_token: 'c' };
  expect(missing(drawn(ALL, email, 'microsoft', consented), consented)).toEqual([]);
  expect(sent('microsoft', consented)).toMatchObject({ imap_sign_in: 'microsoft', imap_user: ADDRESS, smtp_sign_in: 'microsoft', smtp_user: ADDRESS, oauth_refresh_token: 'c' });
});

describe('another provider', () => {
  const given = begun('other', { imap_host: 'imap.x.example', smtp_host: 'smtp.x.example', imap_password: 'p' });

  test('signs in for sending as for reading, unless told otherwise', () => {
    expect(sent('other', given)).toMatchObject({ smtp_user: ADDRESS, smtp_password: 'p' });
    expect(sent('other', { ...given, $send_as: 'own', smtp_user: 'u', smtp_password: 'q' })).toMatchObject({ smtp_user: 'u', smtp_password: 'q' });
    expect(Object.keys(sent('other', { ...given, $send_as: 'nobody', smtp_user: 'u' }))).not.toContain('smtp_user');
  });

  test('is told what is still needed', () => {
    const empty = begun('other');
    expect(missing(drawn(ALL, email, 'other', empty), empty)).toEqual(['imap_host', 'imap_password', 'smtp_host']);
  });
});

test('where mail is sent on to us no mailbox is asked for, and none is sent', () => {
  const given = begun('forwarded', { imap_host: 'imap.left.example', smtp_host: 'smtp.x.example', $send_as: 'nobody' });
  expect(drawn(ALL, email, 'forwarded', given).flatMap((group) => group.fields).some((each) => /^(imap|oauth)/.test(each.name))).toBe(false);
  expect(sent('forwarded', given)).toEqual({ smtp_host: 'smtp.x.example', smtp_port: '587', smtp_security: 'starttls', smtp_sign_in: 'password' });
});

test('another provider takes along what no provider knows by itself', () => {
  const moved = movedTo(email, 'google', { ...begun('other', { imap_host: 'imap.x.example', signature: 'Lumen' }) });
  expect([moved.imap_host, moved.signature]).toEqual(['imap.gmail.com', 'Lumen']);
});

test.each(['google', 'microsoft', 'other', 'forwarded'])('no setting is out of reach, and none is made up: %s', (provider) => {
  const grown = [...ALL, ...declared('a_setting_of_tomorrow')];
  const names = drawn(grown, email, provider, begun(provider)).flatMap((group) => group.fields.map((each) => each.name));
  expect(names).toContain('a_setting_of_tomorrow');
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !name.startsWith('$') && !grown.some((each) => each.name === name))).toEqual([]);
});

describe('a change', () => {
  const told = { values: { ...sent('other', begun('other', { imap_host: 'imap.x.example', smtp_host: 'smtp.x.example' })), imap_folder: 'INBOX' }, secrets: ['imap_password', 'smtp_password'] };
  const { provider, given } = email.recognised(told.values);
  const changed = (more: Given, by = provider): Given => changesOf(ALL, email, by, { ...given, ...more }, told);

  test('of nothing sends nothing, and lacks nothing', () => {
    expect([provider, given.$send_as, changed({})]).toEqual(['other', 'same', {}]);
    expect(missing(drawn(ALL, email, provider, given), given, told.secrets)).toEqual([]);
  });

  test('of a password is one for sending too', () => expect(changed({ imap_password: 'new' })).toEqual({ imap_password: 'new', smtp_password: 'new' }));

  test('of the way in takes along what has no place any more', () => {
    expect(changed({ imap_sign_in: 'oauth', oauth_client_id: 'a', oauth_client_secret: 'b', oauth_token_url: 'https://t.example' })).toMatchObject({ imap_password: '', oauth_client_id: 'a' });
    expect(changed({ $send_as: 'nobody' })).toEqual({ smtp_user: '', smtp_password: '', smtp_sign_in: '' });
  });

  test('of a text to nothing takes it away', () => expect(changed({ imap_folder: '' })).toEqual({ imap_folder: '' }));

  test.each([
    ['google', { imap_host: 'imap.gmail.com', imap_user: ADDRESS, smtp_user: ADDRESS }],
    ['microsoft', { imap_host: 'outlook.office365.com', oauth_token_url: 'https://login.microsoftonline.com/1-2/oauth2/v2.0/token' }],
    ['forwarded', { smtp_host: 'smtp.x.example', smtp_user: 'u' }],
  ])('begins where it was set up: %s', (key, values) => expect(email.recognised(values as Given).provider).toBe(key));

  test('knows a tenant again', () => {
    expect(email.recognised({ imap_host: 'outlook.office365.com', oauth_token_url: 'https://login.microsoftonline.com/1-2/oauth2/v2.0/token' }).given.$tenant).toBe('1-2');
  });
});

test('a channel without a guide asks for what it declares, by its own words', () => {
  const own = declared('account_sid', 'smtp_password');
  expect(drawn(own, null, '', {}).map((group) => [group.key, group.fields.map((each) => each.kind)])).toEqual([['plain', ['text', 'secret']]]);
  expect(settingsOf(own, null, '', { account_sid: 'AC1', stray: 'x' }, '')).toEqual({ account_sid: 'AC1' });
  expect(asWords('account_sid')).toBe('Account sid');
});
