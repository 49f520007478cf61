/** A username as it is compared: two names that differ in case or in Unicode form only are one (PROTOCOL 1.4). */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}
