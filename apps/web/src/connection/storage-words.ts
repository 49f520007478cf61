/**
 * What this device does not keep, and what that means for somebody.
 * @param unkept how many messages wait that could not be kept
 */
export function storageWords(isSessionKept: boolean, unkept: number): string {
  if (unkept > 0) {
    return unkept === 1
      ? 'This browser could not keep 1 message. Leave the page open until it is sent.'
      : `This browser could not keep ${unkept} messages. Leave the page open until they are sent.`;
  }
  return isSessionKept
    ? ''
    : 'This browser could not keep your session. You are signed in until you close or reload the page.';
}
