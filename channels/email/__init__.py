"""E-mail: real mail in by SMTP, LMTP and IMAP, replies out by SMTP."""
