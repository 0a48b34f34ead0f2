/** The launcher's few words, in the languages of the frame. */

interface LauncherWords {
  chat: string;
  unread: string;
}

const WORDS: Record<string, LauncherWords> = {
  ar: { chat: 'محادثة', unread: 'غير مقروءة' },
  de: { chat: 'Chat', unread: 'ungelesen' },
};
const ENGLISH: LauncherWords = { chat: 'Chat', unread: 'unread' };

/** Return the launcher's name: `Chat`, or `Chat, 2 unread`. */
export function launcherName(locale: string, unread: number): string {
  const words = WORDS[locale.toLowerCase().split(/[-_]/)[0] ?? ''] ?? ENGLISH;
  const separator = words === WORDS.ar ? '،' : ',';
  return unread > 0 ? `${words.chat}${separator} ${unread} ${words.unread}` : words.chat;
}
