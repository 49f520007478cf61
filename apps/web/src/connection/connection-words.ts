import type { ConnectionState } from '@duet/sdk';

export type Mood = 'connecting' | 'offline' | 'unreachable' | 'catching-up' | 'over' | 'outdated' | 'live';

/** Why there is no point in trying again with this session; for any other reason there is none with this page. */
const sessionReasons = new Set<ConnectionState['reason']>([
  'missing_token',
  'invalid_token',
  'token_expired',
  'invalid_refresh_token',
]);

/**
 * How the connection is, as somebody who is not an engineer would say it.
 * @param before what it was said to be: while it tries again it is still away
 */
export function moodOf({ status, reason }: ConnectionState, isOnline: boolean, before: Mood): Mood {
  switch (status) {
    case 'live':
      return 'live';
    case 'closed':
      if (reason === undefined) return 'connecting';
      return sessionReasons.has(reason) ? 'over' : 'outdated';
    case 'waiting':
      return isOnline ? 'unreachable' : 'offline';
    case 'catching-up':
      return 'catching-up';
    default:
      return before === 'offline' || before === 'unreachable'
        ? isOnline
          ? 'unreachable'
          : 'offline'
        : 'connecting';
  }
}

/** @param waiting how many messages wait to be sent */
export function connectionWords(mood: Mood, waiting: number): string {
  const later = waiting === 0 ? '' : ` ${count(waiting)} will be sent when you are back.`;
  switch (mood) {
    case 'connecting':
      return 'Connecting…';
    case 'offline':
      return `You are offline.${later}`;
    case 'unreachable':
      return `Duet cannot be reached.${waiting === 0 ? '' : ` ${count(waiting)} will be sent when it is back.`}`;
    case 'catching-up':
      return 'Catching up…';
    case 'over':
      return 'This session is over.';
    case 'outdated':
      return 'This page is out of date.';
    case 'live':
      return '';
  }
}

function count(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`;
}
