// LSP's base protocol on two streams: each message is one write, and is handed on as soon as its last byte has come.
import type { Readable, Writable } from 'node:stream';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
} from 'vscode-languageserver/node';

/** Parameters of a notification that are JSON already. */
export class Encoded {
  readonly json: string;
  constructor(json: string) {
    this.json = json;
  }

  /** For transports that make their JSON themselves. */
  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}

/** Reads messages from a stream. */
export class StreamReader extends AbstractMessageReader {
  readonly #input: Readable;

  constructor(input: Readable) {
    super();
    this.#input = input;
    input.on('error', (error) => this.fireError(error));
    input.on('close', () => this.fireClose());
  }

  listen(callback: DataCallback): Disposable {
    let chunks: Buffer[] = [];
    let length = 0;
    // A long message comes in many chunks: they are put together once all of it is there.
    let wanted = 0;
    const read = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < wanted) return;
      let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
      let frame = firstFrame(bytes);
      for (; frame !== null && frame.end <= bytes.length; frame = firstFrame(bytes)) {
        this.#handOn(bytes.subarray(frame.start, frame.end), frame, callback);
        bytes = bytes.subarray(frame.end);
      }
      chunks = [bytes];
      length = bytes.length;
      wanted = frame?.end ?? 0;
    };
    this.#input.on('data', read);
    return { dispose: () => void this.#input.off('data', read) };
  }

  #handOn(body: Buffer, { kind }: Frame, callback: DataCallback): void {
    try {
      if (kind === 'bad') throw new Error('a header without a usable Content-Length');
      callback(JSON.parse(body.toString('utf8')) as Message);
    } catch (error) {
      this.fireError(error);
    }
  }
}

/** Writes messages to a stream. */
export class StreamWriter extends AbstractMessageWriter {
  readonly #output: Writable;

  constructor(output: Writable) {
    super();
    this.#output = output;
    output.on('error', (error) => this.fireError(error));
    output.on('close', () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    const body = Buffer.from(textOf(message), 'utf8');
    const head = Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, 'latin1');
    return new Promise((resolve, reject) => {
      this.#output.write(Buffer.concat([head, body]), (error) => (error ? reject(error) : resolve()));
    });
  }

  end(): void {
    this.#output.end();
  }
}

/** Where a message's body stands in bytes, of which not all may have come; `bad` where its header says no length. */
interface Frame {
  readonly kind: 'message' | 'bad';
  readonly start: number;
  readonly end: number;
}

/** No client sends more at once, and no header is longer. */
const mostBytes = 1 << 30;
const mostHeaderBytes = 1 << 16;

/** The first frame of the bytes; null while its header is not complete. */
function firstFrame(bytes: Buffer): Frame | null {
  const at = bytes.indexOf('\r\n\r\n');
  if (at < 0) return bytes.length > mostHeaderBytes ? { kind: 'bad', start: 0, end: bytes.length } : null;
  const start = at + 4;
  const length = Number(/^content-length: *(\d+)\s*$/im.exec(bytes.toString('latin1', 0, at))?.[1] ?? Number.NaN);
  return length <= mostBytes ? { kind: 'message', start, end: start + length } : { kind: 'bad', start, end: start };
}

function textOf(message: Message & { readonly method?: string; readonly params?: unknown }): string {
  const { jsonrpc, method, params } = message;
  if (!(params instanceof Encoded)) return JSON.stringify(message);
  return `{"jsonrpc":${JSON.stringify(jsonrpc)},"method":${JSON.stringify(method)},"params":${params.json}}`;
}
