/** What is being written in one case: its words, people, files and way, kept as a draft; the composer only draws it. */
import type { Attachment, Case, Message, Person, ReplyOption } from '../shared/api';
import { upload } from '../shared/http';
import { dropDraft, findDraft, keepDraft, type Mode } from './drafts';
import { isPicture, newKey, withId, withMark, withoutMark, withoutWaiting } from './pictures';
import { faultOf, MOST_OTHERS, withPeople, written } from './recipients';
import { chosenOption } from './writing';

/** A file on its way, or arrived once it has its attachment. */
export interface Upload {
  key: string;
  name: string;
  attachment: Attachment | null;
}

const SAVED_AFTER_MS = 300;

export class Composition {
  mode = $state<Mode>('reply');
  text = $state('');
  subject = $state('');
  uploads = $state<Upload[]>([]);
  bcc = $state.raw<Person[]>([]);
  savedAt = $state<string | null>(null);
  /** Nothing while those stand in Cc whom the way of replying proposes. */
  #cc = $state.raw<Person[] | null>(null);
  #optionKey = $state<string | null>(null);
  #seenId: string | null = null;
  #hasBegun = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly shown: () => Case,
    private readonly onfailed: (reason: unknown) => void,
  ) {
    this.mode = shown().reply_options.length ? 'reply' : 'note';
    this.#read();
  }

  get option(): ReplyOption | null {
    return chosenOption(this.shown().reply_options, this.#optionKey);
  }

  get cc(): Person[] {
    return this.#cc ?? this.option?.cc ?? [];
  }

  get isNote(): boolean {
    return this.mode === 'note';
  }

  get isUploading(): boolean {
    return this.uploads.some((each) => !each.attachment);
  }

  /** Whether those who also get it can all be written to. */
  get hasFitPeople(): boolean {
    const others = this.takes('cc') ? [...this.cc, ...this.bcc] : [];
    return others.length <= MOST_OTHERS && others.every((person) => !faultOf(person.address));
  }

  takes(feature: ReplyOption['features'][number]): boolean {
    return !this.isNote && (this.option?.features.includes(feature) ?? false);
  }

  /** Words have been typed: what was on the screen when that began is what they answer. */
  typed(): void {
    if (!this.#hasBegun) this.#seenId = this.shown().newest_message_id;
    this.#hasBegun = this.text !== '';
    this.changed();
  }

  /** Keep the draft in a moment. */
  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keep(), SAVED_AFTER_MS);
  }

  keep(): void {
    this.#stopTimer();
    const attachments = this.uploads.flatMap((each) => each.attachment ?? []);
    const at = new Date().toISOString();
    const { text, subject, bcc } = this;
    keepDraft(this.shown().id, this.mode, { text, subject: subject || null, option: this.#optionKey, attachments, cc: this.#cc, bcc, at });
    this.savedAt = text.trim() || attachments.length || this.#cc || bcc.length ? at : null;
  }

  /** Keep what would be kept in a moment. */
  keepDue(): void {
    if (this.#timer) this.keep();
  }

  turnTo(mode: Mode): void {
    this.keepDue();
    this.mode = mode;
    this.#read();
  }

  /** Reply by this way from now on. */
  choose(optionKey: string): void {
    if (this.isNote) this.turnTo('reply');
    this.#optionKey = optionKey;
    this.changed();
  }

  setPeople(place: 'cc' | 'bcc', people: Person[]): void {
    if (place === 'cc') this.#cc = people;
    else this.bcc = people;
    this.changed();
  }

  /** What was seen when the writing began is now what is there. */
  haveSeen(): void {
    this.#seenId = this.shown().newest_message_id;
  }

  clear(): void {
    this.#stopTimer();
    dropDraft(this.shown().id, this.mode);
    this.text = this.subject = '';
    this.uploads = [];
    this.bcc = [];
    this.#cc = this.savedAt = null;
    this.#hasBegun = false;
  }

  /** What the server is asked to send. */
  body(then: 'pending' | 'resolved', confirm: boolean): Record<string, unknown> {
    const subject = this.subject.trim();
    return {
      text: this.text,
      reply_option: this.option?.key,
      seen_message_id: this.#seenId,
      confirm,
      attachment_ids: this.takes('attachments') ? this.uploads.flatMap((each) => each.attachment?.id ?? []) : [],
      ...(this.takes('subject') && subject ? { subject } : {}),
      ...(this.takes('cc') ? { cc: this.cc.map(written), bcc: this.bcc.map(written) } : {}),
      then,
    };
  }

  /** Upload files; pictures also get a mark where the caret is, if the channel shows them there. Returns where the caret then stands. */
  add(files: Iterable<File>, caret: number | null = null): number | null {
    for (const file of files) {
      const key = newKey();
      this.uploads.push({ key, name: file.name, attachment: null });
      if (caret !== null && isPicture(file.type) && this.takes('html')) {
        ({ text: this.text, caret } = withMark(this.text, caret, file.name, key));
        this.typed();
      }
      void this.#upload(key, file);
    }
    return caret;
  }

  /** Take a file away, and the mark of a picture with it. */
  drop(entry: Upload): void {
    this.uploads = this.uploads.filter((each) => each.key !== entry.key);
    this.text = withoutMark(this.text, entry.attachment?.id ?? entry.key);
    this.changed();
  }

  /** Bring back a reply that was undone: its words and people, and its files, which are put up anew. */
  async restore(message: Message): Promise<void> {
    this.mode = 'reply';
    let words = message.text;
    const back = message.attachments.map((attachment) => ({ attachment, key: newKey() }));
    for (const { attachment, key } of back) words = withId(words, attachment.id, key);
    this.text = this.text.trim() ? `${words}\n\n${this.text}` : words;
    const among = (role: 'cc' | 'bcc'): Person[] => message.participants.filter((each) => each.role === role).map(({ name, address }) => ({ name, address }));
    this.#cc = withPeople(among('cc'), this.#cc ?? []);
    this.bcc = withPeople(among('bcc'), this.bcc);
    this.haveSeen();
    this.#hasBegun = true;
    this.uploads.push(...back.map(({ attachment, key }) => ({ key, name: attachment.name, attachment: null })));
    this.keep();
    await Promise.all(back.map(async ({ attachment, key }) => this.#upload(key, await fileOf(attachment))));
  }

  #read(): void {
    const draft = findDraft(this.shown().id, this.mode);
    this.text = withoutWaiting(draft?.text ?? '');
    this.subject = draft?.subject ?? '';
    this.#optionKey = draft?.option ?? null;
    this.#cc = draft?.cc ?? null;
    this.bcc = draft?.bcc ?? [];
    this.uploads = (draft?.attachments ?? []).map((attachment) => ({ key: newKey(), name: attachment.name, attachment }));
    this.savedAt = draft?.at ?? null;
    this.haveSeen();
    this.#hasBegun = this.text !== '';
  }

  async #upload(key: string, file: File | null): Promise<void> {
    try {
      if (!file) throw new Error('The file could not be fetched back.');
      const attachment = await upload<Attachment>('/uploads', file);
      const entry = this.uploads.find((each) => each.key === key);
      if (entry) entry.attachment = attachment;
      this.text = entry ? withId(this.text, key, attachment.id) : withoutMark(this.text, key);
    } catch (reason) {
      this.uploads = this.uploads.filter((each) => each.key !== key);
      this.text = withoutMark(this.text, key);
      this.onfailed(reason);
    }
    this.changed();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

async function fileOf(attachment: Attachment): Promise<File | null> {
  const answer = await fetch(attachment.url, { credentials: 'same-origin' }).catch(() => null);
  return answer?.ok ? new File([await answer.blob()], attachment.name, { type: attachment.media_type }) : null;
}
