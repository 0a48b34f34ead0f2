/** The visitor's address, told once: along with a message where one is on its way, by itself where none is. */
import type { Contact } from './keepsake';
import type { FromVisitor } from './wire';

export class Introduction {
  #isUnderWay = false;

  /** The frame that tells the desk, or null where there is nothing to tell, or nobody to tell it of yet. */
  next(contact: Contact | null, hasSpoken: boolean): FromVisitor | null {
    if (this.#isUnderWay || !hasSpoken || contact === null || contact.is_known_to_desk) return null;
    const { name, email } = contact;
    return { type: 'contact', email, ...(name && { name }) };
  }

  begin(): void {
    this.#isUnderWay = true;
  }

  /** It may be told again: the line was lost, or something else was given. */
  forget(): void {
    this.#isUnderWay = false;
  }
}

/** What is kept of an address that the desk knows: enough for its owner to recognise it. */
export function known(contact: Contact): Contact {
  return { name: contact.name, email: maskEmail(contact.email), is_known_to_desk: true };
}

/** Return the address as it may stand on a shared screen: `a***@example.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? email : `${email.slice(0, 1)}***${email.slice(at)}`;
}
