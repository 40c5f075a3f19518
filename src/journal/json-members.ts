const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Reads a JSON text member by member, so that a large one need not be parsed in one go. For each key that `next` gives, the value is either
 * taken with `value`, or entered with `enter` and its own members read until `next` gives undefined. Throws a SyntaxError where the text is no
 * JSON, as far as it was read.
 */
export class JsonMembers {
  readonly #bytes: Buffer;
  #at = 0;
  /** An object was entered, and nothing in it was read yet. */
  #fresh = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Goes into the object that comes next; false, and nothing happens, where something else comes. */
  enter(): boolean {
    if (this.#peek() !== openBrace) return false;
    this.#at += 1;
    this.#fresh = true;
    return true;
  }

  /** The key of the next member of the object that was entered; undefined at its end, which is left. */
  next(): string | undefined {
    const byte = this.#peek();
    if (byte === closeBrace) {
      this.#at += 1;
      this.#fresh = false;
      return undefined;
    }
    if (!this.#fresh) this.#expect(comma);
    this.#fresh = false;
    if (this.#peek() !== quote) throw this.#wrong();
    const start = this.#at;
    this.#at = this.#afterString(start + 1);
    const key = JSON.parse(this.#text(start)) as string;
    this.#expect(colon);
    return key;
  }

  /** The value that comes next, whole. */
  value(): unknown {
    const first = this.#peek();
    const start = this.#at;
    if (first === quote) this.#at = this.#afterString(start + 1);
    else if (first === openBrace || first === openBracket) this.#at = this.#afterBrackets(start);
    else this.#at = this.#afterWord(start);
    return JSON.parse(this.#text(start));
  }

  /** Throws where anything but white space is left. */
  end(): void {
    if (this.#peek() !== undefined) throw this.#wrong();
  }

  /** The byte that comes next, after white space. */
  #peek(): number | undefined {
    const bytes = this.#bytes;
    while (isSpace(bytes[this.#at])) this.#at += 1;
    return bytes[this.#at];
  }

  #expect(byte: number): void {
    if (this.#peek() !== byte) throw this.#wrong();
    this.#at += 1;
  }

  #text(start: number): string {
    return this.#bytes.toString('utf8', start, this.#at);
  }

  #afterString(from: number): number {
    const bytes = this.#bytes;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) return at + 1;
      if (byte === backslash) at += 1;
    }
    throw this.#wrong();
  }

  #afterBrackets(start: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) at = this.#afterString(at + 1) - 1;
      else if (byte === openBrace || byte === openBracket) depth += 1;
      else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    throw this.#wrong();
  }

  #afterWord(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    while (at < bytes.length && bytes[at] !== comma && bytes[at] !== closeBrace && !isSpace(bytes[at])) at += 1;
    return at;
  }

  #wrong(): SyntaxError {
    return new SyntaxError(this.#at < this.#bytes.length ? `no JSON at byte ${this.#at}` : 'it ends too early');
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
