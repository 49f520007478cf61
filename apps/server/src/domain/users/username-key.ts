/** A username as it is compared: two names that differ in case or in Unicode form only are one (PROTOCOL 1.4). */
export function usernameKey(username: string): string {
  // Up and down again is the nearest to full case folding that JavaScript has; only the final sigma escapes it.
  const folded = username.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFKC');
}
