/** How the settings of e-mail are asked for: by who hosts the mailbox, and only what applies there. */
import type { Asked, Given, Group, Guide } from './guide';

const SECURITY = { tls: 'tls', starttls: 'starttls', none: 'none' };
const LONG: Asked[] = [{ name: 'from_name' }, { name: 'signature', kind: 'long' }, { name: 'acknowledgement', kind: 'long' }];

/** Where nothing is read, how sending signs in. */
const signIn = (given: Given): string => given.imap_sign_in ?? given.smtp_sign_in ?? 'password';
const byOauth = (given: Given): boolean => signIn(given) !== 'password';
const byPassword = (given: Given): boolean => !byOauth(given);
const sendsAs = (way: string) => (given: Given): boolean => given.$send_as === way;
const always = (): boolean => true;

const servers: Asked[] = [
  { name: 'imap_host' },
  { name: 'imap_port', kind: 'number' },
  { name: 'imap_security', kind: 'choice', choices: SECURITY },
  { name: 'smtp_host' },
  { name: 'smtp_port', kind: 'number' },
  { name: 'smtp_security', kind: 'choice', choices: SECURITY },
];

const oauth: Asked[] = [
  { name: 'oauth_client_id', when: byOauth, needed: always },
  { name: 'oauth_client_secret', when: byOauth, kind: 'secret', needed: (given) => !given.oauth_refresh_token },
  { name: '$tenant', when: (given) => signIn(given) === 'microsoft', needed: (given) => !given.oauth_refresh_token },
  { name: 'oauth_refresh_token', when: byOauth, kind: 'secret', needed: (given) => signIn(given) === 'google' },
  { name: 'oauth_token_url', when: (given) => signIn(given) === 'oauth', needed: always },
];

const rare: Asked[] = [
  { name: 'imap_folder' },
  { name: 'import_history', kind: 'switch' },
  { name: 'poll_seconds', kind: 'number' },
  { name: 'oauth_scope', when: byOauth },
  { name: 'most_per_minute', kind: 'number' },
  { name: 'authserv_id' },
];

const hidden = (...names: string[]): Asked[] => names.map((name) => ({ name, when: () => false }));

/** A provider whose servers are known asks for the sign-in alone. */
function known(signIns: Record<string, string>): Group[] {
  return [
    {
      key: 'signIn',
      fields: [
        { name: 'imap_sign_in', kind: 'choice', choices: signIns, when: () => Object.keys(signIns).length > 1 },
        { name: 'imap_password', kind: 'secret', when: byPassword, needed: always },
        ...oauth,
      ],
    },
    { key: 'looks', fields: LONG },
    { key: 'more', fields: [{ name: 'imap_user' }, ...servers, { name: 'smtp_user' }, { name: 'smtp_password', kind: 'secret', when: byPassword }, ...hidden('smtp_sign_in'), ...rare] },
  ];
}

const sending: Asked[] = [
  { name: 'smtp_host', needed: always },
  { name: 'smtp_port', kind: 'number' },
  { name: 'smtp_security', kind: 'choice', choices: SECURITY },
];
const ownSignIn: Asked[] = [
  { name: 'smtp_user', when: sendsAs('own'), needed: always },
  { name: 'smtp_password', kind: 'secret', when: (given) => sendsAs('own')(given) && (given.smtp_sign_in ?? 'password') === 'password', needed: always },
];

const ownWay: Asked = {
  name: 'smtp_sign_in',
  kind: 'choice',
  choices: { password: 'password', google: 'google', microsoft: 'microsoft', oauth: 'oauth' },
  when: sendsAs('own'),
};

function other(): Group[] {
  const ways = { same: 'same', own: 'own', nobody: 'nobody' };
  return [
    {
      key: 'reading',
      fields: [
        { name: 'imap_host', needed: always },
        { name: 'imap_port', kind: 'number' },
        { name: 'imap_security', kind: 'choice', choices: SECURITY },
        { name: 'imap_user' },
        { name: 'imap_sign_in', kind: 'choice', choices: { password: 'password', oauth: 'oauth' } },
        { name: 'imap_password', kind: 'secret', when: byPassword, needed: always },
        ...oauth,
      ],
    },
    { key: 'sending', fields: [...sending, { name: '$send_as', kind: 'choice', choices: ways }, ...ownSignIn] },
    { key: 'looks', fields: LONG },
    { key: 'more', fields: [...rare, ...hidden('smtp_sign_in')] },
  ];
}

function forwarded(): Group[] {
  return [
    { key: 'sending', fields: [...sending, { name: '$send_as', kind: 'choice', choices: { own: 'own', nobody: 'nobody' } }, ownWay, ...ownSignIn, ...oauth] },
    { key: 'looks', fields: LONG },
    { key: 'more', fields: [...rare.slice(3), ...hidden('imap_host', 'imap_port', 'imap_security', 'imap_user', 'imap_sign_in', 'imap_password', 'imap_folder', 'import_history', 'poll_seconds')] },
  ];
}

const GROUPS: Record<string, () => Group[]> = {
  google: () => known({ password: 'appPassword', google: 'google' }),
  microsoft: () => known({ microsoft: 'microsoft' }),
  other,
  forwarded,
};

const TENANT = /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/oauth2\/v2\.0\/token$/;
const SECURE = { imap_port: '993', imap_security: 'tls', smtp_port: '587', smtp_security: 'starttls' };

export const email: Guide = {
  providers: {
    google: { ...SECURE, imap_host: 'imap.gmail.com', smtp_host: 'smtp.gmail.com', imap_sign_in: 'password', $send_as: 'same' },
    microsoft: { ...SECURE, imap_host: 'outlook.office365.com', smtp_host: 'smtp.office365.com', imap_sign_in: 'microsoft', $send_as: 'same' },
    other: { ...SECURE, imap_sign_in: 'password', $send_as: 'same' },
    forwarded: { smtp_port: '587', smtp_security: 'starttls', smtp_sign_in: 'password', $send_as: 'own' },
  },
  groups: (provider) => GROUPS[provider]?.() ?? [],
  mirrored: (given) => (given.$send_as === 'same' ? ['smtp_user', 'smtp_password', 'smtp_sign_in'] : []),
  recognised(values) {
    const hosted = { 'imap.gmail.com': 'google', 'outlook.office365.com': 'microsoft' }[values.imap_host ?? ''];
    const tenant = TENANT.exec(values.oauth_token_url ?? '')?.[1];
    const sendAs = !values.smtp_user ? 'nobody' : values.smtp_user === values.imap_user ? 'same' : 'own';
    const given = values.imap_host ? values : Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('imap_')));
    return { provider: hosted ?? (values.imap_host ? 'other' : 'forwarded'), given: { ...given, $send_as: sendAs, ...(tenant ? { $tenant: decodeURIComponent(tenant) } : {}) } };
  },
  fill(given, address) {
    const user = given.imap_user?.trim() || address;
    const filled: Given = given.imap_host && user ? { imap_user: user } : {};
    if (given.$tenant?.trim()) filled.oauth_token_url = `https://login.microsoftonline.com/${encodeURIComponent(given.$tenant.trim())}/oauth2/v2.0/token`;
    if (given.$send_as !== 'same') return filled;
    return { ...filled, smtp_user: user, smtp_sign_in: signIn(given), ...(byPassword(given) && given.imap_password ? { smtp_password: given.imap_password } : {}) };
  },
};
