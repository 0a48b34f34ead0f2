/** Pictures that stand in a text: `![name](attachment:id)` marks the place of each. */
import type { Attachment, Id } from '../shared/api';
import { linked } from '../shared/linked';

// A mark that waits for its upload has a key that is no id.
const WAITING = 'uploading-';
const MARK = /!\[([^[\]\n]{0,400})\]\(attachment:([\w-]{1,40})\)/g;

let last = 0;

/** Return a key for a file on its way. */
export const newKey = (): string => `${WAITING}${++last}`;

/** Whether mail programs show such a file in its place. */
export const isPicture = (media_type: string): boolean => /^image\/(png|jpeg|gif|webp)$/.test(media_type);

/** The mark of a picture; its name can neither end it early nor break the line. */
export const mark = (name: string, key: string): string => `![${name.replace(/[[\]\s]+/g, ' ').trim().slice(0, 200)}](attachment:${key})`;

/** Put a mark at the caret; also where the caret then stands. */
export function withMark(text: string, caret: number, name: string, key: string): { text: string; caret: number } {
  const put = mark(name, key);
  return { text: text.slice(0, caret) + put + text.slice(caret), caret: caret + put.length };
}

const changed = (text: string, change: (whole: string, name: string, key: string) => string): string =>
  text.replace(MARK, (whole: string, name: string, key: string) => change(whole, name, key));

/** Give a mark the id under which its file has arrived. */
export const withId = (text: string, key: string, id: Id): string =>
  changed(text, (whole, _, found) => (found === key ? whole.replace(`(attachment:${key})`, `(attachment:${id})`) : whole));

/** Take the marks of a file away. */
export const withoutMark = (text: string, key: string): string => changed(text, (whole, _, found) => (found === key ? '' : whole));

/** Take the marks away whose files never arrived. */
export const withoutWaiting = (text: string): string => changed(text, (whole, _, found) => (found.startsWith(WAITING) ? '' : whole));

/** A text without marks, for a line that has no room for pictures. */
export const inWords = (text: string): string => changed(text, (_, name) => `[${name}]`);

export interface Piece {
  text: string;
  href: string | null;
  picture: Attachment | null;
}

/** Cut a text into words, links, and pictures among its own attachments; any other mark stays as it was written. */
export function pieces(text: string, attachments: Attachment[]): Piece[] {
  const found: Piece[] = [];
  const words = (some: string): void => void found.push(...linked(some).map((piece) => ({ ...piece, picture: null })));
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    const picture = attachments.find((each) => each.id === match[2] && isPicture(each.media_type));
    if (!picture) continue;
    words(text.slice(from, match.index));
    found.push({ text: match[1] || picture.name, href: null, picture });
    from = match.index + match[0].length;
  }
  words(text.slice(from));
  return found;
}
