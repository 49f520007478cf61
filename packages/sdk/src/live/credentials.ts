import type { DuetErrorCode } from '../error.ts';
import type { TokenSource } from '../token.ts';

/** The token of the connection: another one only when the server did not take the last, or warns that its time is up. */
export class Credentials {
  readonly #tokens: TokenSource;
  #token: string | undefined;
  #rejection: 'expired' | 'rejected' | undefined;

  constructor(tokens: TokenSource) {
    this.#tokens = tokens;
  }

  /** The server closed the connection because of the token. */
  reject(reason: DuetErrorCode | undefined): void {
    this.#rejection = reason === 'token_expired' ? 'expired' : 'rejected';
  }

  /** A token to begin a connection with. @throws DuetError */
  async obtain(): Promise<string> {
    const rejected = this.#token;
    const token =
      this.#rejection && rejected !== undefined
        ? await this.#tokens.renew(rejected, this.#rejection)
        : await this.#tokens.get();
    this.#rejection = undefined;
    this.#token = token;
    return token;
  }

  /** A fresh one for a connection whose token expires. @throws DuetError */
  async renew(): Promise<string> {
    this.#token = await this.#tokens.renew(this.#token ?? '', 'expired');
    return this.#token;
  }
}
