import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { clientFrame } from './frames.ts';

/** What is heard on a wire; `data` is only good until the call returns. */
export interface Listener {
  opened(): void;
  text(data: Buffer, start: number, end: number): void;
  /** A chunk is read to its end: the time to send what it led to. */
  read(): void;
  /** It ended, and not because we ended it. */
  lost(why: string): void;
}

/** Which port of this machine a wire leads to, and from which of its addresses, if that matters. */
interface Target {
  readonly port: number;
  readonly address?: string | undefined;
}

/** Every socket of the process is read into this, one after the other. */
const inbound = Buffer.allocUnsafe(256 * 1024);
const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const HEADERS_END = '\r\n\r\n';

/** The client's side of a WebSocket, without what a load does not need: a raw socket and a scan of frame headers. */
export class Wire {
  readonly #socket: Socket;
  readonly #listener: Listener;
  #rest: Buffer | undefined;
  #upgraded = false;
  #ended = false;

  constructor({ port, address }: Target, path: string, headers: string, listener: Listener) {
    this.#listener = listener;
    const onread = {
      buffer: inbound,
      callback: (length: number) => {
        this.#take(length);
        return true;
      },
    };
    this.#socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true, onread });
    this.#socket.on('error', (error) => this.#lose(error.message));
    this.#socket.on('close', () => this.#lose('the connection was closed'));
    const key = randomBytes(16).toString('base64');
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${headers}\r\n`,
    );
  }

  write(frames: Buffer): void {
    if (!this.#ended) this.#socket.write(frames);
  }

  end(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  #lose(why: string): void {
    if (this.#ended) return;
    this.end();
    this.#listener.lost(why);
  }

  #take(length: number): void {
    let data: Buffer = inbound;
    let end = length;
    if (this.#rest) {
      data = Buffer.concat([this.#rest, inbound.subarray(0, length)]);
      end = data.length;
      this.#rest = undefined;
    }
    const at = this.#scan(data, this.#upgraded ? 0 : this.#upgrade(data, end), end);
    if (at < end) this.#rest = Buffer.from(data.subarray(at, end));
    this.#listener.read();
  }

  /** @returns where the first frame begins */
  #upgrade(data: Buffer, end: number): number {
    const head = data.toString('latin1', 0, end);
    const stop = head.indexOf(HEADERS_END);
    if (stop < 0) return 0;
    if (!head.startsWith('HTTP/1.1 101 ')) {
      this.#lose(`not upgraded: ${head.split('\r\n', 1)}`);
      return end;
    }
    this.#upgraded = true;
    this.#listener.opened();
    return stop + HEADERS_END.length;
  }

  /** Hands out the whole frames. @returns where the rest begins */
  #scan(data: Buffer, from: number, end: number): number {
    let at = from;
    while (this.#upgraded && !this.#ended && end - at >= 2) {
      const opcode = data.readUInt8(at) & 0xf;
      let length = data.readUInt8(at + 1);
      let start = at + 2;
      if (length === 126) {
        if (end - at < 4) break;
        length = data.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) {
        this.#lose('a frame over 64 KiB');
        return end;
      }
      const next = start + length;
      if (next > end) break;
      if (opcode === TEXT) this.#listener.text(data, start, next);
      else this.#control(opcode, data, start, next);
      at = next;
    }
    return at;
  }

  #control(opcode: number, data: Buffer, start: number, end: number): void {
    if (opcode === PING) this.write(clientFrame(data.toString('latin1', start, end), PONG));
    else if (opcode === CLOSE) {
      const code = end - start >= 2 ? data.readUInt16BE(start) : 1005;
      this.#lose(`closed with ${code} ${data.toString('utf8', Math.min(start + 2, end), end)}`);
    }
  }
}
