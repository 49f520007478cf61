import { type DuetErrorCode, errorWords } from '@duet/sdk';

/** Why a message was not sent. */
export function failureWords(code: DuetErrorCode | undefined): string {
  switch (code) {
    case 'not_participant':
      return 'Not sent: you are not part of this conversation.';
    case 'not_found':
      return 'Not sent: this conversation is not there any more.';
    case 'invalid_request':
    case 'invalid_frame':
    case 'payload_too_large':
      return 'Not sent: the server does not take this text.';
    case 'conflict':
      return 'Not sent: the server has another message under its name.';
    case 'outbox_full':
      return 'Too many messages wait to be sent. Write again when some have gone.';
    default:
      return `Not sent. ${errorWords(code)}`;
  }
}
